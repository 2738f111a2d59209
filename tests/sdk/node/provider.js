// A real OpenID provider, for the tests of tokens: https://github.com/panva/node-oidc-provider, certified by the OpenID
// Foundation. It says its issuer in one line on standard output, and ends when its standard input does.

import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import Provider, { errors } from "oidc-provider";

const { PROVIDER_CLIENT_SECRET, PROVIDER_GATEWAY_SECRET } = process.env;

// What a client may ask a token for (RFC 8707), and the token it gets: a JWT (RFC 9068), or one that only this provider
// can read.
const RESOURCES = {
  "https://ai.example.com/": { accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } },
  "https://ai.example.com/es256": { accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } },
  "https://ai.example.com/opaque": { accessTokenFormat: "opaque" },
};

function key(kid, type, options) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { kid, use: "sig", ...privateKey.export({ format: "jwk" }) };
}

function configuration() {
  return {
    clients: [
      // Who calls the gateway.
      {
        client_id: "batch-job",
        client_secret: PROVIDER_CLIENT_SECRET,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        scope: "ai.use",
      },
      // The gateway, which asks whose an opaque token is.
      {
        client_id: "postern",
        client_secret: PROVIDER_GATEWAY_SECRET,
        grant_types: [],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    scopes: ["ai.use"],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: (_, client) => client.clientId === "postern" },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        getResourceServerInfo: (_, resource) => {
          if (!Object.hasOwn(RESOURCES, resource)) throw new errors.InvalidTarget();
          return { audience: "postern", scope: "ai.use", accessTokenTTL: 300, ...RESOURCES[resource] };
        },
      },
    },
    jwks: {
      keys: [key("rsa", "rsa", { modulusLength: 2048 }), key("ec", "ec", { namedCurve: "P-256" })],
    },
  };
}

const server = createServer();
server.listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;
server.on("request", new Provider(issuer, configuration()).callback());
console.log(`issuer ${issuer}`);
process.stdin.resume().on("end", () => process.exit(0));
