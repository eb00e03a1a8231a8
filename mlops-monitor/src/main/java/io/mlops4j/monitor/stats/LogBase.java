package io.mlops4j.monitor.stats;

/** The base of the logarithm of an amount of information. */
public enum LogBase {
  /** Base 2: bits. */
  TWO(Math.log(2)),
  /** The natural logarithm: nats. */
  E(1);

  private final double nats;

  LogBase(double nats) {
    this.nats = nats;
  }

  /** One unit of this base in nats. */
  double nats() {
    return nats;
  }
}
