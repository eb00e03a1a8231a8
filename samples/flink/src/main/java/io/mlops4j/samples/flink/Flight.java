package io.mlops4j.samples.flink;

/**
 * A row of the stream. Public, so that Flink serialises it without reflection on each value.
 *
 * @param number its place in the month
 * @param departure in milliseconds
 */
public record Flight(
    long number,
    long departure,
    float distance,
    int hour,
    int weekday,
    String origin,
    String destination) {

  /** What the model reads. */
  public record Features(
      float distance, int hour, int weekday, String origin, String destination) {}

  /** What the model answers. */
  public record Delay(float probability) {}

  Features features() {
    return new Features(distance, hour, weekday, origin, destination);
  }
}
