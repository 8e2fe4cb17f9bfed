import { aliasNamePattern } from '../../pa/directory/port.ts';
import { failpointNames } from '../../pa/server/failpoints.ts';

const role = {
  type: 'string',
  enum: ['starting', 'backup', 'claiming', 'primary', 'stopped'],
} as const;
const endpoint = { host: { type: 'string' }, port: { type: 'integer' } } as const;
const alias = { type: 'string', pattern: aliasNamePattern } as const;

export const errorSchema = {
  $id: 'Error',
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string', description: 'Stable; the message is for people' },
    message: { type: 'string' },
  },
} as const;

export const healthSchema = {
  type: 'object',
  required: ['status', 'node', 'volumes'],
  properties: {
    status: { type: 'string', enum: ['ok', 'starting'] },
    node: { type: 'string' },
    volumes: {
      type: 'object',
      description: 'Role of this process for each of its aliases',
      additionalProperties: role,
    },
  },
} as const;

export const statusSchema = {
  type: 'object',
  required: ['node', 'pid', 'volumes'],
  properties: {
    node: { type: 'string' },
    pid: { type: 'integer' },
    volumes: {
      type: 'array',
      items: {
        type: 'object',
        required: ['alias', 'role', 'epoch', 'service', 'alsoAt', 'clients', 'statistics'],
        properties: {
          alias,
          role,
          epoch: { type: 'integer', description: 'Highest epoch known' },
          service: {
            type: ['object', 'null'],
            description: 'Where clients reach it, while primary',
            properties: endpoint,
          },
          alsoAt: {
            type: 'array',
            description: 'Where clients reach MOUNT, if elsewhere, while primary',
            items: { type: 'object', properties: endpoint },
          },
          clients: { type: 'integer' },
          statistics: { type: 'object', additionalProperties: { type: 'number' } },
        },
      },
    },
  },
} as const;

export const switchoverOrderSchema = {
  type: 'object',
  required: ['alias'],
  additionalProperties: false,
  properties: {
    alias,
    to: { type: 'string', description: 'Node of the backup; any without it' },
  },
} as const;

export const switchoverSchema = {
  type: 'object',
  required: ['to', 'elapsedMs'],
  properties: {
    to: { type: 'string', description: 'Node that claimed' },
    elapsedMs: { type: 'number', description: 'Until it had claimed; it serves a little later' },
  },
} as const;

export const exportsSchema = {
  type: 'object',
  required: ['exports'],
  properties: {
    exports: {
      type: 'array',
      items: {
        type: 'object',
        required: ['directory', 'clients'],
        properties: {
          directory: { type: 'string', description: 'Below its alias' },
          clients: {
            type: 'array',
            description: 'The most specific ones first',
            items: {
              type: 'object',
              required: ['client', 'options'],
              properties: {
                client: { type: 'string', description: 'Address, network, or * for everybody' },
                options: { type: 'string', description: 'As in exports(5), all of them' },
              },
            },
          },
        },
      },
    },
  },
} as const;

/** `now` needs no call to pass by. */
export const orderPoints = [...failpointNames, 'now'] as const;
export const orderActions = ['kill', 'block'] as const;
/** A test that wants more can stop the process. */
const blockMsMax = 60_000;

export const failpointOrderSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['point', 'action'],
  properties: {
    alias: {
      ...alias,
      description: 'Default: whichever volume of this process passes there first',
    },
    point: {
      type: 'string',
      enum: orderPoints,
      description: 'Moment of a mutating call at which it happens, once; or now',
    },
    action: {
      type: 'string',
      enum: orderActions,
      description: 'The process ends as by kill -9, or does nothing at all for a while',
    },
    blockMs: {
      type: 'integer',
      minimum: 1,
      maximum: blockMsMax,
      description: 'For how long it does nothing',
    },
  },
  if: { properties: { action: { const: 'block' } } },
  then: { required: ['blockMs'] },
} as const;
