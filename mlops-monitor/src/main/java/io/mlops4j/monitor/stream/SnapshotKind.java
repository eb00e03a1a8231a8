package io.mlops4j.monitor.stream;

/** The classes of detectors, in the order of their numbers in a snapshot. Append only. */
enum SnapshotKind {
  ADWIN("Adwin"),
  CONFORMAL_MARTINGALE("ConformalMartingale"),
  E_DETECTOR("EDetector");

  static final int MAGIC = 0x6d6c7364; // mlsd
  static final int VERSION = 1;
  static final int HEADER = 6;
  static final int TRAILER = 4;

  private final String className;

  SnapshotKind(String className) {
    this.className = className;
  }

  String className() {
    return className;
  }
}
