import { chromium } from "playwright-core";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
// test/support/mock-traffic.ts
/**
* Made-up traffic in which every row follows from its id, so that hundreds of thousands cost nothing to keep.
* An exchange is six frames: request head, request, response head, progress, answer, end.
*/
const perExchange = 6;
const sessionCount = 9;
/** Microseconds between two exchanges. */
const pace = 4e4;
const tools = [
	"search_issues",
	"read_file",
	"run_query",
	"create_ticket",
	"summarise",
	"fetch_url_with_a_rather_long_name"
];
const clients = [
	["claude-code", "2.4.1"],
	["cursor", "1.9.0"],
	["mcp-inspector", "0.18.2"],
	["python-sdk", "1.24.0"]
];
const frameIds = (exchange) => exchange * perExchange + 1;
/** Everything about an exchange that its rows are made from. */
function plan(exchange, beganAt) {
	const session = exchange % 7 < 4 ? 8 : Math.floor(exchange / 50) % sessionCount;
	const at = beganAt + exchange * pace;
	const kind = exchange % 10;
	const method = kind === 7 ? "resources/read" : kind === 8 ? "tools/list" : kind === 9 ? "prompts/get" : "tools/call";
	return {
		exchange,
		session,
		at,
		method,
		tool: method === "tools/call" ? tools[exchange % tools.length] : method === "prompts/get" ? "greeting" : null,
		fails: exchange % 23 === 5,
		pending: exchange % 5e3 === 4998,
		took: 3e3 + exchange * 7919 % 34e4,
		rpcId: String(exchange % 400)
	};
}
const uidOf = (session) => `k${session}x7m2q${session}`;
/** `beganAt` is the instant of the first frame, in microseconds. */
function createMockTraffic(exchanges, beganAt) {
	let count = exchanges;
	const planOf = (frame) => plan(Math.floor((frame - 1) / perExchange), beganAt);
	const frame = (id) => frameRow(id, planOf(id));
	return {
		get frames() {
			return count * perExchange;
		},
		get calls() {
			return count;
		},
		grow: (more) => void (count += more),
		frame,
		payload: (id) => payloadOf(id, planOf(id)),
		detail: (id) => detailOf(frame(id), payloadOf(id, planOf(id))),
		call: (id) => callRow(plan(id - 1, beganAt)),
		flow: (id) => flowRow(plan(id - 1, beganAt)),
		connection: (id) => connectionRow(id, beganAt),
		sessions: () => Array.from({ length: sessionCount }, (_, index) => sessionRow(index, count, beganAt))
	};
}
const step = (id) => (id - 1) % perExchange;
function instants({ at, took, pending }, part) {
	const answer = pending ? at + 2e3 : at + took;
	const receivedAt = [
		at,
		at + 180,
		answer - 900,
		at + Math.floor(took / 2),
		answer,
		answer + 60
	][part];
	const spread = part === 4 ? 1400 : part === 1 ? 90 : 0;
	return {
		receivedAt,
		receivedLastAt: receivedAt + spread,
		sentAt: receivedAt + 110,
		sentLastAt: receivedAt + spread + 130
	};
}
function messageOf(part, { method, tool, fails, rpcId, exchange }) {
	const base = {
		method,
		tool,
		rpcId,
		uri: method === "resources/read" ? "file:///srv/notes/today.md" : null,
		token: null,
		code: null
	};
	if (part === 1) return {
		...base,
		kind: "request",
		call: exchange + 1
	};
	if (part === 3) return {
		...base,
		kind: "notification",
		method: "notifications/progress",
		rpcId: null,
		tool: null,
		uri: null,
		token: `${exchange}`,
		call: null
	};
	if (part === 4) return {
		...base,
		kind: fails ? "error" : "response",
		code: fails ? -32602 : null,
		call: exchange + 1
	};
	return null;
}
const labels = [
	"POST /mcp HTTP/1.1",
	null,
	"HTTP/1.1 200 OK",
	null,
	null,
	"last chunk"
];
const kinds = [
	"head",
	"body",
	"head",
	"event",
	"event",
	"end"
];
function frameRow(id, of) {
	const part = step(id);
	const message = messageOf(part, of);
	const dropped = of.pending && part >= 4;
	return {
		id,
		flow: of.exchange + 1,
		connection: of.exchange % 40 + 1,
		session: uidOf(of.session),
		direction: part < 2 ? "c2s" : "s2c",
		kind: dropped ? "event" : kinds[part],
		...instants(of, part),
		offset: id * 311,
		length: payloadOf(id, of).length + 12,
		size: payloadOf(id, of).length,
		label: dropped ? ": keep-alive" : part === 2 && of.exchange % 61 === 3 ? "HTTP/1.1 404 Not Found" : labels[part],
		edits: part === 0 ? ["host"] : [],
		messages: message === null || dropped ? [] : [message]
	};
}
function payloadOf(id, of) {
	const part = step(id);
	if (of.pending && part >= 4) return ": keep-alive\n\n";
	if (part === 0) return requestHead;
	if (part === 2) return responseHead;
	if (part === 5) return "";
	const body = JSON.stringify(jsonOf(part, of));
	return part === 1 ? body : `event: message\nid: ${of.exchange}-${part}\ndata: ${body}\n\n`;
}
const requestHead = `POST /mcp HTTP/1.1\r
Host: 127.0.0.1:6278\r
User-Agent: claude-code/2.4.1\r
Accept: application/json, text/event-stream\r
Content-Type: application/json\r
Authorization: Bearer xxxxxxxxxxxxxxxxxxxxxxxx\r
Mcp-Session-Id: 6f0d1c1e-8f6b-4a4e-9a33-1b5c1cf7d1aa\r
MCP-Protocol-Version: 2025-11-25\r
Content-Length: 164\r
\r
`;
const responseHead = `HTTP/1.1 200 OK\r
Content-Type: text/event-stream\r
Cache-Control: no-cache, no-transform\r
Date: Sun, 22 Nov 2026 15:04:05 GMT\r
Transfer-Encoding: chunked\r
\r
`;
function jsonOf(part, { method, tool, fails, rpcId, exchange }) {
	const id = Number(rpcId);
	if (part === 1) return {
		jsonrpc: "2.0",
		id,
		method,
		params: {
			...tool !== null && {
				name: tool,
				arguments: {
					query: "is:open label:\"needs triage\"",
					limit: 25,
					exact: false,
					cursor: null
				}
			},
			_meta: { progressToken: exchange }
		}
	};
	if (part === 3) return {
		jsonrpc: "2.0",
		method: "notifications/progress",
		params: {
			progressToken: exchange,
			progress: 4,
			total: 9,
			message: "Reading the index"
		}
	};
	if (fails) return {
		jsonrpc: "2.0",
		id,
		error: {
			code: -32602,
			message: "Invalid params: limit must be at most 20",
			data: {
				path: ["arguments", "limit"],
				received: 25
			}
		}
	};
	if (exchange % 50 === 40) return {
		jsonrpc: "2.0",
		id,
		result: { content: Array.from({ length: 900 }, (_, at) => ({
			type: "text",
			text: `Row ${at}: <b>not markup</b>`
		})) }
	};
	return {
		jsonrpc: "2.0",
		id,
		result: {
			content: [{
				type: "text",
				text: "Found 3 issues:\n- #412 Reconnect loses the last event\n- #398 <script>alert(1)<\/script> in a title\n- #377 Slow first call"
			}, {
				type: "resource_link",
				uri: "https://example.com/issues/412",
				name: "issue-412",
				mimeType: "text/html"
			}],
			structuredContent: {
				total: 3,
				took_ms: 12.5,
				next: null,
				ids: [
					412,
					398,
					377
				],
				exact: true,
				big: 0x2bdc545d6b4b88
			},
			isError: false
		}
	};
}
function detailOf(row, text) {
	const isHead = row.kind === "head";
	const [startLine = "", ...lines] = text.split("\r\n");
	const request = isHead && row.direction === "c2s";
	const host = text.indexOf("127.0.0.1:6278");
	const secret = text.indexOf("xxxxxxxx");
	const half = Math.floor(row.length / 2);
	return {
		...row,
		startLine: isHead ? startLine : null,
		headers: isHead ? lines.filter((line) => line.includes(": ")).map((line) => ({
			name: line.split(": ")[0],
			value: line.split(": ")[1]
		})) : [],
		text,
		textLossy: false,
		textCut: false,
		editList: request ? [{
			offset: host,
			removed: "127.0.0.1:6278",
			inserted: "mcp.example.com",
			rule: "host"
		}] : [],
		redactions: request ? [{
			offset: secret,
			length: 24,
			name: "authorization",
			hash: "9f2c11d04be87a55"
		}] : [],
		chunks: row.receivedLastAt > row.receivedAt ? [
			0,
			.2,
			.55,
			1
		].map((part) => ({
			at: Math.round(row.receivedAt + part * (row.receivedLastAt - row.receivedAt)),
			bytes: Math.max(1, Math.floor(half / 2))
		})) : [{
			at: row.receivedAt,
			bytes: row.length
		}]
	};
}
function callRow({ exchange, session, at, method, tool, fails, pending, took, rpcId }) {
	const odd = exchange % 37;
	const outcome = pending ? "pending" : fails ? "error" : odd === 11 ? "tool-error" : odd === 19 ? "cancelled" : "ok";
	return {
		id: exchange + 1,
		session: uidOf(session),
		flow: exchange + 1,
		direction: "c2s",
		method,
		tool,
		rpcId,
		requestFrame: frameIds(exchange) + 1,
		responseFrame: pending ? null : frameIds(exchange) + 4,
		requestedAt: at + 180,
		answeredAt: pending ? null : at + took,
		outcome,
		code: fails ? -32602 : null
	};
}
function flowRow({ exchange, session, at, took, pending }) {
	return {
		id: exchange + 1,
		connection: exchange % 40 + 1,
		session: uidOf(session),
		kind: "http",
		verb: "POST",
		target: "/mcp",
		status: 200,
		stream: "post",
		era: "stateful",
		revision: "2025-11-25",
		requestType: "application/json",
		responseType: "text/event-stream",
		startedAt: at,
		respondedAt: at + took - 900,
		endedAt: pending ? null : at + took + 60,
		c2sEnding: {
			how: "clean",
			by: "client",
			at: "boundary"
		},
		s2cEnding: pending ? null : {
			how: "clean",
			by: "server",
			at: "boundary"
		}
	};
}
const connectionRow = (id, openedAt) => ({
	id,
	instance: 1,
	server: "issues",
	clientAddress: "127.0.0.1",
	clientPort: 5e4 + id,
	upstreamAddress: "127.0.0.1",
	upstreamPort: 3e3,
	upstreamError: null,
	openedAt,
	connectedAt: openedAt + 400,
	closedAt: null,
	c2sBytes: 48211,
	s2cBytes: 1920114,
	c2sUnsent: 0,
	s2cUnsent: 0,
	c2sEnding: null,
	s2cEnding: null
});
function sessionRow(index, exchanges, beganAt) {
	const [name, version] = clients[index % clients.length];
	const newest = index === 8;
	const lastAt = beganAt + (exchanges - (newest ? 0 : (sessionCount - index) * 700)) * pace;
	return {
		id: index + 1,
		uid: uidOf(index),
		server: "issues",
		target: "http://localhost:3000/mcp",
		transport: index === 2 ? "sse" : "http",
		era: index === 5 ? "stateless" : "stateful",
		revision: index === 5 ? "2026-07-28" : index === 2 ? "2024-11-05" : "2025-11-25",
		client: index === 4 ? null : {
			name,
			version
		},
		serverInfo: {
			name: index % 3 === 0 ? "issue-tracker" : "filesystem-and-search-server",
			version: "3.2.0"
		},
		sessionId: `6f0d1c1e-8f6b-4a4e-9a33-1b5c1cf7d1a${index}`,
		certain: index !== 5,
		instance: 1,
		startedAt: lastAt - 500 * pace,
		lastAt,
		endedAt: newest || index === 7 ? null : lastAt,
		frames: Math.floor(exchanges * perExchange / (newest ? 2 : 18)),
		flows: Math.floor(exchanges / 18),
		calls: Math.floor(exchanges / (newest ? 2 : 18)),
		pending: newest ? 2 : 0,
		errors: index % 3 === 1 ? 14 : 0,
		bytes: 8211e3
	};
}
// test/support/mock-api.ts
/** As the real one has it: design §12. */
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";
const page = fileURLToPath(new URL("../../dist/ui", import.meta.url));
const types = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript",
	".css": "text/css",
	".svg": "image/svg+xml"
};
async function startMockApi({ exchanges = 4e4, port = 0, token = "test-token" } = {}) {
	const beganAt = Date.now() * 1e3 - exchanges * 4e4;
	const traffic = createMockTraffic(exchanges, beganAt);
	const streams = /* @__PURE__ */ new Set();
	const failures = /* @__PURE__ */ new Map();
	let lost = 0;
	const status = () => ({
		version: "0.1.0",
		capture: {
			path: "/home/ada/.local/share/mitmcp/capture.db",
			bytes: 182e6,
			seq: traffic.calls
		},
		totals: {
			sessions: traffic.calls === 0 ? 0 : traffic.sessions().length,
			frames: traffic.frames,
			calls: traffic.calls
		},
		instances: [instanceRow(beganAt)],
		losses: lost === 0 ? [] : [{
			id: 1,
			instance: 1,
			from: beganAt,
			to: null,
			chunks: lost,
			bytes: lost * 1400,
			reason: "The disk is full"
		}],
		proxyUrl: "http://127.0.0.1:6278/mcp",
		target: "http://localhost:3000/mcp",
		now: Date.now() * 1e3
	});
	const api = (url, request, response) => {
		if (request.headers.authorization !== `Bearer ${token}`) return send(response, 401, {
			code: "UNAUTHORIZED",
			message: "The token is not the one of this run.",
			hint: "Open the URL that mitmcp printed when it started."
		});
		for (const [path, { status: code, error }] of failures) if (url.pathname.startsWith(path)) return send(response, code, error);
		if (url.pathname === "/api/status") return send(response, 200, status());
		if (url.pathname === "/api/live") return live(response);
		const answer = answerFor(url, traffic);
		if (answer instanceof Buffer) return response.writeHead(200, { "content-type": "application/octet-stream" }).end(answer);
		if (answer === void 0) return send(response, 404, {
			code: "NOT_FOUND",
			message: `Nothing at ${url.pathname}.`,
			hint: ""
		});
		return send(response, 200, answer);
	};
	const live = (response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write(`event: status\ndata: ${JSON.stringify(status())}\n\n`);
		streams.add(response);
		response.on("close", () => streams.delete(response));
	};
	const server = createServer((request, response) => {
		const url = new URL(request.url ?? "/", "http://mock");
		response.setHeader("content-security-policy", contentSecurityPolicy);
		response.setHeader("x-content-type-options", "nosniff");
		if (url.pathname.startsWith("/api/")) return void api(url, request, response);
		file(url.pathname, response);
	});
	await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
	const push = (more, { leaveOut = false } = {}) => {
		const from = traffic.calls;
		traffic.grow(more);
		const change = changeOf(traffic, from, leaveOut ? Math.min(more, 10) : more, leaveOut);
		const text = `event: change\nid: ${change.seq}\ndata: ${JSON.stringify(change)}\n\nevent: status\ndata: ${JSON.stringify(status())}\n\n`;
		for (const stream of streams) stream.write(text);
	};
	return {
		url: `http://127.0.0.1:${server.address().port}`,
		token,
		traffic,
		push,
		fail: (path, failure) => void (failure === null ? failures.delete(path) : failures.set(path, failure)),
		cutLive: () => streams.forEach((stream) => stream.destroy()),
		lose: (chunks) => void (lost = chunks),
		liveStreams: () => streams.size,
		close: () => new Promise((resolve) => {
			server.close(() => resolve());
			server.closeAllConnections();
		})
	};
}
const instanceRow = (startedAt) => ({
	id: 1,
	pid: 4711,
	role: "proxy",
	name: "",
	url: "http://127.0.0.1:6278/mcp",
	target: "http://localhost:3000/mcp",
	uiPort: 6273,
	startedAt,
	seenAt: Date.now() * 1e3,
	endedAt: null
});
function send(response, status, body) {
	response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
async function file(path, response) {
	const name = path === "/" ? "index.html" : normalize(path).replace(/^[/.]+/, "");
	try {
		const body = await readFile(join(page, name));
		response.writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream" }).end(body);
	} catch {
		response.writeHead(404).end();
	}
}
function changeOf(traffic, from, exchanges, framesLeftOut) {
	const first = frameIds(from);
	return {
		seq: traffic.calls,
		frames: Array.from({ length: exchanges * 6 }, (_, at) => traffic.frame(first + at)),
		flows: [],
		calls: Array.from({ length: exchanges }, (_, at) => traffic.call(from + 1 + at)),
		sessions: traffic.sessions().slice(-1),
		framesLeftOut
	};
}
function answerFor({ pathname, searchParams }, traffic) {
	const [, , noun, id, part] = pathname.split("/");
	if (noun === "sessions") {
		if (id === void 0) return traffic.calls === 0 ? [] : traffic.sessions().toReversed();
		return traffic.sessions().find(({ uid }) => uid === id);
	}
	if (noun === "calls") return calls(searchParams, traffic);
	if (noun === "frames" && id === void 0) return frames(searchParams, traffic);
	const number = Number(id);
	if (noun === "frames" && number >= 1 && number <= traffic.frames) {
		if (part !== void 0) return Buffer.from(traffic.payload(number));
		return traffic.detail(number);
	}
	if (noun === "flows" && number >= 1 && number <= traffic.calls) {
		const first = frameIds(number - 1);
		const rows = Array.from({ length: 6 }, (_, at) => traffic.frame(first + at));
		return {
			flow: traffic.flow(number),
			connection: traffic.connection(rows[0].connection),
			frames: rows
		};
	}
}
const numberOf = (query, name) => query.has(name) ? Number(query.get(name)) : null;
function accepts(row, query) {
	if (query.has("session") && row.session !== query.get("session")) return false;
	if (query.has("direction") && row.direction !== query.get("direction")) return false;
	if (query.get("messages") === "true" && row.messages.length === 0) return false;
	const text = query.get("text")?.toLowerCase();
	if (text === void 0) return true;
	return [row.label, ...row.messages.flatMap(({ method, tool }) => [method, tool])].some((field) => field?.toLowerCase().includes(text));
}
/** Rows looked at before the scan stops, as the real one stops for time. */
const scanLimit = 6e4;
function frames(query, traffic) {
	const limit = Math.min(5e3, numberOf(query, "limit") ?? 200);
	const after = numberOf(query, "after");
	const rows = [];
	const by = after === null ? -1 : 1;
	let id = after === null ? Math.min(traffic.frames, (numberOf(query, "before") ?? Infinity) - 1) : after + 1;
	let scanned = 0;
	for (; id >= 1 && id <= traffic.frames && rows.length < limit && scanned < scanLimit; id += by, scanned++) {
		const row = traffic.frame(id);
		if (accepts(row, query)) rows.push(row);
	}
	const stopped = scanned === scanLimit && rows.length < limit;
	return {
		rows: by < 0 ? rows.toReversed() : rows,
		scannedTo: stopped ? id - by : null
	};
}
function calls(query, traffic) {
	const limit = numberOf(query, "limit") ?? 200;
	const session = query.get("session");
	const outcome = query.get("outcome");
	const rows = [];
	for (let id = Math.min(traffic.calls, (numberOf(query, "before") ?? Infinity) - 1); id >= 1 && rows.length < limit; id--) {
		const row = traffic.call(id);
		if ((session === null || row.session === session) && (outcome === null || row.outcome === outcome)) rows.push(row);
	}
	return rows.toReversed();
}
// test/support/zz-shots.ts
const api = await startMockApi({ exchanges: 4e4 });
const browser = await chromium.launch({
	executablePath: "/usr/bin/chromium",
	args: [
		"--no-sandbox",
		"--disable-gpu",
		"--disable-quic",
		"--no-first-run",
		"--disable-background-networking",
		"--disable-component-update",
		"--disable-sync"
	]
});
const only = process.argv[2];
const shot = async (name, { w = 1440, h = 900, dark = false, path = "", act }) => {
	if (only && !name.includes(only)) return;
	const context = await browser.newContext({
		viewport: {
			width: w,
			height: h
		},
		colorScheme: dark ? "dark" : "light"
	});
	const page = await context.newPage();
	page.on("console", (m) => m.type() === "error" && console.log(name, "console:", m.text()));
	page.on("pageerror", (e) => console.log(name, "error:", e.message));
	await page.goto(`${api.url}/${path}#token=${path === "x" ? "bad" : api.token}`);
	await page.waitForTimeout(600);
	if (act) await act(page);
	await page.waitForTimeout(300);
	await page.screenshot({ path: `/tmp/s/shots/${name}.png` });
	await context.close();
};
const last = api.traffic.frames;
await shot("main-light", { path: `?frame=${last - 1}` });
await shot("main-dark", {
	dark: true,
	path: `?frame=${last - 1}`
});
await shot("wide-dark", {
	w: 1920,
	h: 1080,
	dark: true,
	path: `?all=1&frame=${last - 5}&tab=http`
});
await shot("wide-light-timing", {
	w: 1920,
	h: 1080,
	path: `?all=1&frame=${last - 1}&tab=timing`
});
await shot("raw", {
	path: `?all=1&frame=${last - 5}&tab=raw`,
	act: async (p) => p.getByRole("button", { name: "Hex" }).click()
});
await shot("related", {
	dark: true,
	path: `?frame=${last - 1}&tab=related`
});
await shot("narrow", {
	w: 390,
	h: 844
});
await shot("narrow-detail", {
	w: 390,
	h: 844,
	dark: true,
	path: `?frame=${last - 1}`,
	act: async (p) => p.getByRole("button", {
		name: "Detail",
		exact: true
	}).click()
});
await shot("narrow-sessions", {
	w: 390,
	h: 844,
	act: async (p) => p.getByRole("button", { name: "Sessions" }).click()
});
await shot("mid", {
	w: 1120,
	h: 760,
	path: `?frame=${last - 1}`
});
await shot("connect", { path: "?view=connect" });
await shot("help", {
	dark: true,
	act: async (p) => p.keyboard.press("?")
});
await shot("scrolled", { act: async (p) => {
	await p.mouse.move(700, 500);
	await p.mouse.wheel(0, -3e3);
	await p.waitForTimeout(200);
	api.push(20);
	api.lose(12);
	await p.waitForTimeout(300);
} });
await shot("nomatch", { path: "?q=zzzz" });
api.fail("/api/frames", {
	status: 500,
	error: {
		code: "STORE_OPEN_FAILED",
		message: "The capture cannot be read.",
		hint: "Free some space on the disk, then try again."
	}
});
await shot("error", {});
api.fail("/api/frames", null);
await shot("locked", { act: async (p) => {
	await p.reload();
	await p.waitForTimeout(300);
} });
await shot("locked-dark-refused", {
	dark: true,
	path: "x"
});
await api.close();
const empty = await startMockApi({ exchanges: 0 });
Object.assign(api, { url: empty.url });
await shot("empty", {});
await shot("empty-narrow", {
	w: 390,
	h: 844,
	dark: true
});
await empty.close();
await browser.close();
export {};
