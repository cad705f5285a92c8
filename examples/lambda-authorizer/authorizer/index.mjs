import { createHmac, timingSafeEqual } from 'node:crypto'

export const handler = async ({ authorizationToken, methodArn }) => {
  const claims = verified(authorizationToken.replace(/^Bearer /, ''))
  if (!claims) {
    throw new Error('Unauthorized') // this very word is a 401; any other error a 500
  }
  // The answer is kept and goes for all that the token asks for meanwhile, so
  // the policy speaks of the stage, not only of the method that is asked for now.
  const stage = methodArn.split('/').slice(0, 2).join('/')
  const verbs = claims.scope.split(' ').includes('write') ? '*' : 'GET'
  return {
    principalId: claims.sub,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${stage}/${verbs}/*` }],
    },
    context: { scope: claims.scope }, // mapping templates find it as $context.authorizer.scope
  }
}

// verified returns the claims of a JSON Web Token that was signed with the key
// (HS256) and has not expired, or undefined.
function verified(token) {
  const [header, payload, signature] = token.split('.')
  if (!signature || parsed(header)?.alg !== 'HS256') return
  const want = createHmac('sha256', process.env.SIGNING_KEY).update(`${header}.${payload}`).digest()
  const got = Buffer.from(signature, 'base64url')
  if (got.length !== want.length || !timingSafeEqual(got, want)) return
  const claims = parsed(payload)
  if (claims.exp === undefined || claims.exp > Date.now() / 1000) return claims
}

function parsed(part) {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return undefined
  }
}
