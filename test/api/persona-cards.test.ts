import { expect, test } from 'vitest'
import { personaCards } from '../../src/api/persona-cards.ts'
import { parseRules } from '../../src/faults/rules/document.ts'

test('each persona comes with its facts, and with rules that can be put in force as they are', () => {
  const told = JSON.parse(JSON.stringify(personaCards())) as typeof cards
  const alb = told.find(({ name }) => name === 'aws-alb-60s')
  expect(alb).toMatchObject({
    title: 'AWS Application Load Balancer, 60 s',
    rules: [{ id: 'aws-alb-60s/idle', fault: 'idle-timeout', idle: '60s', end: 'fin', answer: 504 }],
    sentences: ['ends connections with a close after 1 min without traffic, and a request that waits with status 504'],
  })
  expect(alb?.facts[0]).toMatchObject({ basis: 'documented', when: '2026-11' })
  for (const { rules, sentences } of told) expect(parseRules(rules).rules.length).toBe(sentences.length)
})

test('they are read once', () => {
  expect(personaCards()).toBe(cards)
})

const cards = personaCards()
