// Drives the official JavaScript SDK: one JSON object per line in, one per line out. Verbs are those of driver.py.
// What the SDK throws becomes {"error": {"type", "message"}}; a rejection that nobody handles ends the process.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

// The SDK lives in a folder of its own, which only its package.json can name: modules know no search path.
const { SogniClient } = createRequire(process.env.PEER_MODULES)('@sogni-ai/sogni-client');

const TIMEOUT = 60_000;
const TOKENS = ['spark', 'sogni'];
const ESTIMATES = { image: 'estimateCost', video: 'estimateVideoCost', audio: 'estimateAudioCost' };
const pick = (from, names) => Object.fromEntries(names.map((name) => [name, from[name]]));
// Standard output belongs to the answers; complaints go to standard error, and the rest of its talk nowhere.
const silence = () => {};
const logger = { error: console.error, warn: console.error, info: silence, debug: silence };

let client;
const projects = new Map();

const verbs = {
  async open({ rest, socket, app, key, network = 'fast' }) {
    const places = { restEndpoint: rest, socketEndpoint: socket, appId: app, network, logger };
    client = await SogniClient.createInstance(key ? { ...places, apiKey: key } : places);
    return {};
  },

  async login({ username, password }) {
    return { username: (await client.account.login(username, password)).username };
  },

  async account() {
    const said = await client.account.me();
    return { username: said.username, address: said.walletAddress };
  },

  async models() {
    const models = await client.projects.waitForModels(TIMEOUT);
    return { models: Object.fromEntries(models.map((model) => [model.id, model.media])) };
  },

  async options({ model }) {
    return { options: await client.projects.getModelOptions(model) };
  },

  async lora({ lora }) {
    return { models: (await client.projects.getLora(lora))?.modelIds ?? null };
  },

  async balance() {
    const said = await client.account.refreshBalance();
    return Object.fromEntries(TOKENS.map((token) => [token, said[token].net]));
  },

  async estimate({ media, params }) {
    return pick(await client.projects[ESTIMATES[media]](params), ['token', 'usd', 'spark', 'sogni']);
  },

  async subscribe({ events }) {
    const socket = client.apiClient.socket;
    const heard = new Promise((resolve) => socket.once('socketEventSubscriptionsUpdated', resolve));
    await client.setSocketEventSubscriptions(events);
    await heard;
    return { events: socket.socketEventSubscriptions ?? null };
  },

  async begin({ params }) {
    const project = await client.projects.create(await withFiles(params));
    // Waited for at once: who comes after the last frame, but before the SDK has asked for the URL, gets none.
    const waiting = project.waitForCompletion();
    waiting.catch(() => {});
    projects.set(project.id, [project, waiting]);
    return { project: project.id };
  },

  async finish({ project }) {
    const [begun, waiting] = projects.get(project);
    const urls = await waiting;
    const jobs = begun.jobs.map(({ id, status, seed, stepCount }) => ({ id, status, seed, steps: stepCount }));
    return { status: begun.status, urls, jobs, progress: begun.progress };
  },

  async collect({ project }) {
    const blobs = await Promise.all(projects.get(project)[0].jobs.map((job) => job.getResultData()));
    return { sizes: blobs.map((blob) => blob.size) };
  },

  async cancel({ project }) {
    const [begun, waiting] = projects.get(project);
    const told = waiting.then(String, (error) => String(error.message ?? error));
    await begun.cancel();
    return { status: begun.status, jobs: begun.jobs.map((job) => job.status), told: await told };
  },

  async look_up({ project }) {
    return { status: (await client.projects.getStatus(project)).status };
  },

  async logout() {
    await client.account.logout();
    return { authenticated: client.account.currentAccount.isAuthenicated };
  },

  async close() {
    client?.dispose();
    return {};
  }
};

// Puts the bytes of a file in the place of each {"file": path}.
async function withFiles(value) {
  if (Array.isArray(value)) return Promise.all(value.map(withFiles));
  if (value === null || typeof value !== 'object') return value;
  if (Object.keys(value).join() === 'file') return readFile(value.file);
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([k, v]) => [k, await withFiles(v)])));
}

for await (const line of createInterface({ input: process.stdin })) {
  const { do: verb, ...asked } = JSON.parse(line);
  let answer;
  try {
    answer = await verbs[verb](asked);
  } catch (error) {
    // The SDK rejects with Errors and with plain objects.
    answer = { error: { type: error?.constructor?.name ?? typeof error, message: String(error?.message ?? error) } };
  }
  console.log(JSON.stringify(answer));
}
// Timers of the SDK must not keep the process once the test has said all it had to say.
process.exit(0);
