package io.mlops4j.monitor.stats;

record Outcome(double statistic, double pValue, double degreesOfFreedom, double errorBound)
    implements TestResult {
  static TestResult ofBins(double statistic, double pValue, double errorBound) {
    return new Outcome(statistic, pValue, Double.NaN, errorBound);
  }

  static TestResult ofDegrees(double statistic, double pValue, double degreesOfFreedom) {
    return new Outcome(statistic, pValue, degreesOfFreedom, 0);
  }
}
