package io.mlops4j.spark;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.Serializable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF5;

/**
 * What a careful author writes around ONNX Runtime: one session for the JVM, with one thread
 * because Spark has a task for each core, and only the output that is needed.
 *
 * @param model the file of the model
 */
record HandWritten(String model) implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Set<String> OUTPUTS = Set.of("probability");
  private static final int ROWS = 4096;

  /** One session for all tasks. */
  private static final class Session {
    private static volatile OrtSession session;

    static OrtSession of(String model) throws OrtException {
      OrtSession opened = session;
      if (opened == null) {
        synchronized (Session.class) {
          opened = session;
          if (opened == null) {
            OrtSession.SessionOptions options = new OrtSession.SessionOptions();
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            opened = OrtEnvironment.getEnvironment().createSession(model, options);
            session = opened;
          }
        }
      }
      return opened;
    }
  }

  /** The function that SQL calls with each row. */
  UDF5<Float, Short, Short, String, String, Float> udf() {
    return (distance, hour, weekday, origin, destination) ->
        predict(
            new float[] {distance},
            new long[] {hour},
            new long[] {weekday},
            new String[] {origin},
            new String[] {destination})[0];
  }

  /** A partition in batches, which SQL cannot call. */
  MapPartitionsFunction<Row, Row> loop() {
    return rows -> new Batches(this, rows);
  }

  private static final class Batches implements Iterator<Row> {
    private final HandWritten model;
    private final Iterator<Row> rows;
    private Iterator<Row> scored = List.<Row>of().iterator();

    Batches(HandWritten model, Iterator<Row> rows) {
      this.model = model;
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      return scored.hasNext() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!scored.hasNext()) {
        scored = score().iterator();
      }
      return scored.next();
    }

    private List<Row> score() {
      List<Row> batch = new ArrayList<>(ROWS);
      while (batch.size() < ROWS && rows.hasNext()) {
        batch.add(rows.next());
      }
      int count = batch.size();
      float[] distance = new float[count];
      long[] hour = new long[count];
      long[] weekday = new long[count];
      String[] origin = new String[count];
      String[] destination = new String[count];
      for (int i = 0; i < count; i++) {
        Row row = batch.get(i);
        distance[i] = row.getFloat(1);
        hour[i] = row.getShort(2);
        weekday[i] = row.getShort(3);
        origin[i] = row.getString(4);
        destination[i] = row.getString(5);
      }
      float[] probability;
      try {
        probability = model.predict(distance, hour, weekday, origin, destination);
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
      List<Row> answers = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        Row row = batch.get(i);
        answers.add(
            RowFactory.create(
                row.get(0),
                row.get(1),
                row.get(2),
                row.get(3),
                row.get(4),
                row.get(5),
                probability[i]));
      }
      return answers;
    }
  }

  private float[] predict(
      float[] distance, long[] hour, long[] weekday, String[] origin, String[] destination)
      throws OrtException {
    OrtSession session = Session.of(model);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = {distance.length};
    try (OnnxTensor miles =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(distance), shape);
        OnnxTensor hours =
            OnnxTensor.createTensor(environment, java.nio.LongBuffer.wrap(hour), shape);
        OnnxTensor weekdays =
            OnnxTensor.createTensor(environment, java.nio.LongBuffer.wrap(weekday), shape);
        OnnxTensor from = OnnxTensor.createTensor(environment, origin, shape);
        OnnxTensor to = OnnxTensor.createTensor(environment, destination, shape);
        OrtSession.Result result =
            session.run(
                Map.of(
                    "distance", miles,
                    "hour", hours,
                    "weekday", weekdays,
                    "origin", from,
                    "destination", to),
                OUTPUTS)) {
      FloatBuffer answer = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[distance.length];
      answer.get(values);
      return values;
    }
  }
}
