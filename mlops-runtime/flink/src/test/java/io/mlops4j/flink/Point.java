package io.mlops4j.flink;

/** A row of the tests: its place in the stream and the feature of the model. */
public record Point(long id, Float x) {
  /** The input of the models plus1.onnx and plus2.onnx. */
  public record Features(Float x) {}

  /** Their output: x + 1, x + 2. */
  public record Sum(float y) {}

  Features features() {
    return new Features(x);
  }
}
