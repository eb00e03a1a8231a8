package io.mlops4j.samples.service;

/**
 * What the model predicts from: one component for each input, by name. Replace it with the inputs
 * of your own model, and check here what its rows must fulfil.
 *
 * @param distance in miles
 * @param hour of the departure, 0 to 23
 * @param weekday 1 for Monday to 7 for Sunday
 * @param origin the airport's IATA code
 * @param destination the airport's IATA code
 */
record Flight(float distance, int hour, int weekday, String origin, String destination) {
  Flight {
    if (!(distance > 0)) {
      throw new IllegalArgumentException("distance: found " + distance + ", expected miles, > 0");
    }
    if (hour < 0 || hour > 23) {
      throw new IllegalArgumentException("hour: found " + hour + ", expected 0 to 23");
    }
    if (weekday < 1 || weekday > 7) {
      throw new IllegalArgumentException("weekday: found " + weekday + ", expected 1 to 7");
    }
    if (origin == null || destination == null) {
      throw new IllegalArgumentException("origin, destination: found null, expected airports");
    }
  }
}
