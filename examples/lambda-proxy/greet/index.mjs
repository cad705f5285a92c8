// Greets whom the path names, in capitals with ?loud=yes.
export const handler = async (event, context) => {
  console.log(`greeting ${event.pathParameters.name}`);
  const loud = event.queryStringParameters?.loud === 'yes';
  const text = `${process.env.GREETING}, ${event.pathParameters.name}!`;
  return {
    statusCode: 200,
    headers: {'Content-Type': 'application/json', 'X-Stage': event.requestContext.stage},
    body: JSON.stringify({message: loud ? text.toUpperCase() : text, version: context.functionVersion}),
  };
};
