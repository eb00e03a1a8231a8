package io.mlops4j.monitor.stream;

/** Checks of settings, with one form of message. */
final class Check {
  private Check() {}

  /** Returns a number between two bounds, both excluded. */
  static double between(String name, double value, double low, double high) {
    return checked(name, value, value > low && value < high, low + " to " + high + ", exclusive");
  }

  /** Returns a number of at least a bound, and not infinite. */
  static double atLeast(String name, double value, double low) {
    return checked(
        name, value, value >= low && Double.isFinite(value), "a finite number from " + low);
  }

  static int between(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw rejected(name, value, low + " to " + high);
    }
    return value;
  }

  static double finite(String name, double value) {
    return checked(name, value, Double.isFinite(value), "a finite number");
  }

  private static double checked(String name, double value, boolean right, String expected) {
    if (!right) {
      throw rejected(name, value, expected);
    }
    return value;
  }

  private static IllegalArgumentException rejected(String name, Number found, String expected) {
    return new IllegalArgumentException(name + ": found " + found + ", expected " + expected);
  }
}
