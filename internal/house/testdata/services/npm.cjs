// Serves DynamoDB and Kinesis from memory on ports of their own, and prints them.
const services = {
  dynamodb: require('dynalite')({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }),
  kinesis: require('kinesalite')({ createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0 }),
}
for (const [name, server] of Object.entries(services)) {
  server.listen(0, '127.0.0.1', () => console.log(name, '127.0.0.1:' + server.address().port))
}
