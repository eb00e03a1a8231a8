// Prints the rows of Arrow streams with the npm package apache-arrow, one JSON array a line.
const { tableFromIPC } = require('apache-arrow');
const fs = require('fs');
const plain = value => (typeof value === 'bigint' ? Number(value) : value);
for (const file of process.argv.slice(2)) {
  const table = tableFromIPC(fs.readFileSync(file));
  const version = Number(table.schema.metadata.get('mlops4j.version').split(' ')[1]);
  for (const row of table) {
    const cells = ['log.id', 'log.trace', 'log.queue', 'log.read', 'log.withheld', 'key', 'x', 'town', 'output.score'];
    console.log(JSON.stringify([version, ...cells.map(name => plain(row[name]))]));
  }
}
