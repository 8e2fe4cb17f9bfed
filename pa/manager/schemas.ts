import {
  aliasNamePattern,
  areaUiPattern,
  hostLengthMax,
  membersMax,
  nodeNameLengthMax,
} from '../directory/port.ts';

const host = { type: 'string', minLength: 1, maxLength: hostLengthMax } as const;
const node = { type: 'string', maxLength: nodeNameLengthMax } as const;
const areaUi = {
  type: 'string',
  pattern: areaUiPattern,
  description: "The alias's UI: the id of its stable area, in hexadecimal digits",
} as const;

/** Unknown fields are removed, not refused: a newer server may say more. */
export const portSchema = {
  $id: 'Port',
  type: 'object',
  additionalProperties: false,
  required: ['host', 'port', 'transport', 'epoch', 'node', 'areaUi'],
  properties: {
    host,
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    transport: { type: 'string', enum: ['tcp'] },
    epoch: {
      type: 'integer',
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Epoch of the claim under which the alias is served',
    },
    node: { ...node, description: "The operator's name of the serving process" },
    areaUi,
    members: {
      type: 'array',
      maxItems: membersMax,
      description: 'The pair as its holder sees it',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['node', 'role', 'address'],
        properties: {
          node,
          role: { type: 'string', enum: ['primary', 'backup'] },
          address: { ...host, description: 'host:port of its pair port' },
        },
      },
    },
  },
} as const;

export const aliasSchema = {
  $id: 'Alias',
  type: 'object',
  required: ['name', 'areaUi', 'port'],
  properties: {
    name: { type: 'string', pattern: aliasNamePattern },
    areaUi: { ...areaUi, type: ['string', 'null'] },
    port: { anyOf: [{ $ref: 'Port#' }, { type: 'null' }] },
  },
} as const;

export const errorSchema = {
  $id: 'Error',
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string', description: 'Stable; the message is for people' },
    message: { type: 'string' },
    known: { $ref: 'Port#' },
    upMs: {
      type: 'integer',
      description:
        'How long this PAM has been up: one that was just started does not know all aliases yet',
    },
  },
} as const;

export const nameParameters = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', pattern: aliasNamePattern, description: 'Name of the alias' },
  },
} as const;

export const nameBody = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: { name: { type: 'string', pattern: aliasNamePattern } },
} as const;

export const resetBody = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    areaUi: { ...areaUi, description: 'Only this area may take the alias; default: any other one' },
  },
} as const;
