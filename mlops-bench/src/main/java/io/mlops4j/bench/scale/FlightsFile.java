package io.mlops4j.bench.scale;

import io.mlops4j.bench.flights.Flights;
import io.mlops4j.feature.FeatureBatch;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Flights as a file: a number as key, and the features of the quickstart's model. */
public final class FlightsFile {
  /** As many as pyarrow writes into a record batch. */
  private static final int BATCH = 65_536;

  private FlightsFile() {}

  /**
   * Returns which flights {@link #write} writes, for people who read a figure.
   *
   * @return a line
   */
  public static String data() {
    return Flights.all()
        .map(file -> "data: " + file + " (vega-datasets), repeated beyond its 3 M flights")
        .orElse(
            "DATA IS NOT REAL: found no vega-datasets in this folder, so flights are made up or a"
                + " repeated sample, and figures are not those of docs/measured.md; first run"
                + " npm install --no-save vega-datasets@3.2.1");
  }

  /**
   * Writes flights; those that are here are repeated.
   *
   * @param file the file, which is replaced; Arrow, Parquet or CSV by the end of its name
   * @param rows how many
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, long rows) throws IOException {
    if (!file.toString().endsWith(".arrow")) {
      FlightsCopy.write(file, rows);
      return;
    }
    Flights flights =
        Flights.all().isPresent() ? Flights.read(Flights.all().get()) : Flights.sample();
    try (RootAllocator memory = new RootAllocator();
        FileOutputStream stream = new FileOutputStream(file.toFile());
        FileChannel out = stream.getChannel()) {
      write(flights, rows, memory, out);
    }
  }

  private static void write(Flights flights, long rows, RootAllocator memory, FileChannel out)
      throws IOException {
    try (VectorSchemaRoot root = VectorSchemaRoot.create(schema(flights, memory), memory);
        ArrowFileWriter writer = new ArrowFileWriter(root, null, out)) {
      int from = 0;
      for (long number = 0; number < rows; ) {
        int to = (int) Math.min(Math.min(from + BATCH, flights.rows()), from + rows - number);
        try (FeatureBatch batch = flights.batch(memory, from, to);
            BigIntVector ids = ids(memory, number, to - from)) {
          int i = 0;
          for (FieldVector column : columns(ids, batch)) {
            column.makeTransferPair(root.getVector(i++)).transfer();
          }
          root.setRowCount(to - from);
          writer.writeBatch();
        }
        number += to - from;
        from = to == flights.rows() ? 0 : to;
      }
    }
  }

  private static Schema schema(Flights flights, RootAllocator memory) {
    try (FeatureBatch none = flights.batch(memory, 0, 0);
        BigIntVector ids = ids(memory, 0, 0)) {
      return new Schema(columns(ids, none).stream().map(FieldVector::getField).toList());
    }
  }

  private static List<FieldVector> columns(BigIntVector ids, FeatureBatch batch) {
    return Stream.concat(Stream.of((FieldVector) ids), batch.root().getFieldVectors().stream())
        .toList();
  }

  private static BigIntVector ids(RootAllocator memory, long from, int rows) {
    BigIntVector ids = new BigIntVector(Field.nullable("id", new ArrowType.Int(64, true)), memory);
    ids.allocateNew(rows);
    for (int i = 0; i < rows; i++) {
      ids.set(i, from + i);
    }
    ids.setValueCount(rows);
    return ids;
  }
}
