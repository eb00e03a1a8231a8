// Writes a file of Arrow's canonical tensor types, with Arrow's JavaScript implementation: it knows
// these types no more than others, so storage and metadata are written as the specification says.
//
//   npm install apache-arrow && node make_tensors.mjs
//
// One batch of two rows.
import { writeFileSync } from "node:fs";
import {
  Field, FixedSizeList, Float32, Int32, Int64, List, RecordBatch, Schema, Struct, Table, Uint16,
  makeData, makeVector, tableToIPC,
} from "apache-arrow";

const item = (type) => new Field("item", type, true);
const extension = (name, metadata) =>
  new Map([["ARROW:extension:name", name], ["ARROW:extension:metadata", metadata]]);

function fixed(values, type, size, length) {
  return makeData({ type: new FixedSizeList(size, item(type)), length, child: makeVector(values).data[0] });
}

const image = fixed(new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), new Float32(), 6, 2);
const list = makeData({
  type: new List(item(new Int64())), length: 2, valueOffsets: new Int32Array([0, 3, 5]),
  child: makeVector(new BigInt64Array([1n, 2n, 3n, 4n, 5n])).data[0],
});
const shape = fixed(new Int32Array([3, 1, 1, 2]), new Int32(), 2, 2);
const structType = new Struct([new Field("data", list.type, true), new Field("shape", shape.type, true)]);
const ids = makeData({ type: structType, length: 2, children: [list, shape] });
const brain = makeVector(new Uint16Array([0x3fc0, 0xc000])).data[0];
const plain = makeVector(new Uint16Array([0x3fc0, 0xc000])).data[0];

const columns = [
  ["image", image, extension("arrow.fixed_shape_tensor", '{"shape": [2, 3], "dim_names": ["H", "W"]}')],
  ["ids", ids, extension("arrow.variable_shape_tensor", '{"uniform_shape": [null, null]}')],
  ["brain", brain, extension("mlops4j.bfloat16", "")],
  ["permuted", image, extension("arrow.fixed_shape_tensor", '{"shape": [3, 2], "permutation": [1, 0]}')],
  ["plain", plain, new Map()],
];
const schema = new Schema(columns.map(([name, data, metadata]) => new Field(name, data.type, true, metadata)));
const rows = new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: 2, children: columns.map(([, d]) => d) }));
writeFileSync("tensors.arrow", tableToIPC(new Table(schema, [rows]), "file"));
