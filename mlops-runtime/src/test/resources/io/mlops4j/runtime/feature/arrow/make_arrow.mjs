// Writes the Arrow files that the tests of io.mlops4j.runtime.feature.arrow read, with Arrow's JavaScript
// implementation, which shares no code with the Java one.
//
//   npm install apache-arrow && node make_arrow.mjs
//
// Two batches of three and two rows. Columns are built one by one so that types are exact.
import { writeFileSync } from "node:fs";
import {
  Bool, Dictionary, Float32, Float64, Int16, Int32, Int64, RecordBatch, Schema, Field, Struct, Table,
  Utf8, makeData, tableToIPC, vectorFromArray,
} from "apache-arrow";

const origin = new Dictionary(new Utf8(), new Int32(), 7);
const columns = {
  flight_id: [new Utf8(), [["a-1", "früh ✈", ""], ["d-4", null]]],
  distance: [new Float32(), [[2176, NaN, 0.5], [-1, 1e30]]],
  hour: [new Int16(), [[7, null, 23], [0, -32768]]],
  delay: [new Float64(), [[0.1, -2.5, null], [1e-300, 3]]],
  serial: [new Int64(), [[1n, 9007199254740993n, -1n], [0n, null]]],
  late: [new Bool(), [[true, false, null], [false, true]]],
};

function table(more = {}) {
  const all = { ...columns, ...more };
  const schema = new Schema(Object.entries(all).map(([name, [type]]) => new Field(name, type, true)));
  const vectors = Object.values(all).map(([type, batches]) => vectorFromArray(batches.flat(), type));
  const slices = [[0, 3], [3, 5]].map(([from, to]) => {
    const children = vectors.map((v, i) => {
      const type = Object.values(all)[i][0];
      return type instanceof Dictionary
        ? v.slice(from, to).data[0]
        : vectorFromArray(Object.values(all)[i][1][from === 0 ? 0 : 1], type).data[0];
    });
    return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: to - from, children }));
  });
  return new Table(schema, slices);
}

const plain = table();
const encoded = table({ origin: [origin, [["LAS", "PHL", "LAS"], [null, "SFO"]]] });
for (const [name, rows] of [["plain", plain], ["dictionary", encoded]]) {
  writeFileSync(`${name}.arrow`, tableToIPC(rows, "file"));
  writeFileSync(`${name}.arrows`, tableToIPC(rows, "stream"));
}
console.log(encoded.toString());
