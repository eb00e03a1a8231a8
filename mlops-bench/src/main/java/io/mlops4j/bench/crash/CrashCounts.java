package io.mlops4j.bench.crash;

import java.util.LinkedHashSet;
import java.util.Set;

/** What many runs came to. */
final class CrashCounts {
  private final Set<String> lost = new LinkedHashSet<>();
  private final Set<String> torn = new LinkedHashSet<>();
  private int runs;
  private long acknowledged;

  void run() {
    runs++;
  }

  void acknowledged(long more) {
    acknowledged += more;
  }

  void found(Acknowledged.Damage damage) {
    lost.addAll(damage.lost());
    torn.addAll(damage.torn());
  }

  int runs() {
    return runs;
  }

  long acknowledged() {
    return acknowledged;
  }

  Set<String> lost() {
    return lost;
  }

  Set<String> torn() {
    return torn;
  }

  boolean isClean() {
    return lost.isEmpty() && torn.isEmpty();
  }

  @Override
  public String toString() {
    return "runs "
        + runs
        + " acknowledged "
        + acknowledged
        + " lost "
        + lost.size()
        + " torn "
        + torn.size();
  }
}
