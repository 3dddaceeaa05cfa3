/** Header fields whose value is a secret: of HTTP, of clouds, gateways and code hosts. Lower case. */
export const SECRET_HEADERS = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'api-key',
  'apikey',
  'x-auth-token',
  'x-access-token',
  'x-amz-security-token',
  'x-goog-api-key',
  'x-goog-iap-jwt-assertion',
  'cf-access-jwt-assertion',
  'cf-access-client-secret',
  'ocp-apim-subscription-key',
  'x-functions-key',
  'private-token',
  'x-gitlab-token',
  'x-vault-token',
]

/** Fields of OAuth bodies (RFC 6749, 7009, 7521, 7591, 7636, 8628, 9126). Lower case. */
export const SECRET_FIELDS = [
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'code',
  'code_verifier',
  'assertion',
  'client_assertion',
  'password',
  'token',
  'subject_token',
  'actor_token',
  'device_code',
  'registration_access_token',
]

/** Parameters of a query: the fields of OAuth, keys and signatures. Lower case. */
export const SECRET_PARAMETERS = [...SECRET_FIELDS, 'key', 'api_key', 'apikey', 'sig', 'signature']
