package io.mlops4j.monitor.live;

import io.mlops4j.model.Digest;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import io.mlops4j.monitor.performance.task.PerformanceTask;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The state of a monitor as bytes, with the settings that it belongs to.
 *
 * <p>Settings are compared by their text. Those that change only how state is judged from now on
 * may differ.
 */
final class MonitorBytes {
  private static final BinaryFrame SNAPSHOT =
      new BinaryFrame(
          "snapshot of a monitor",
          0x4d4c4d53, // "MLMS"
          1,
          1,
          "ModelMonitor.snapshot()",
          "restore another one, or start without it");
  private static final BinaryFrame PARTS =
      new BinaryFrame(
          "state of a monitor",
          0x4d4c4d50, // "MLMP"
          10,
          10,
          "ModelMonitor.snapshot()",
          "restore another one, or start without it");

  private final Map<String, String> settings = new TreeMap<>();

  MonitorBytes(MonitorSettings of) {
    SlicedProfile slices = of.slices();
    byte[] reference = slices == null ? of.reference().toBytes() : slices.toBytes();
    settings.put("reference", Digest.sha256(reference).abbreviated());
    settings.put("window", of.window().toString());
    settings.put("falseAlarms", of.falseAlarms().toString());
    settings.put("without", of.without());
    settings.put("key", of.joinsById() ? "prediction id" : String.valueOf(of.keyColumn()));
    PerformanceRules performance = of.measured();
    if (performance != null) {
      put(performance);
    }
  }

  private void put(PerformanceRules of) {
    PerformanceTask<?> task = of.task();
    settings.put("performance", task.getClass().getSimpleName().replace("Task", ""));
    settings.put("output", String.valueOf(task.output()));
    settings.put("classes", task.classes().toString());
    settings.put("period", of.period().toString());
    settings.put("groups", of.groups().toString());
    PerformanceEstimator.Window empty = of.estimate();
    settings.put(
        "estimator", empty == null ? "none" : Digest.sha256(empty.toBytes()).abbreviated());
  }

  byte[] write(MonitorLoop loop) {
    StateWriter parts = new StateWriter(PARTS);
    loop.write(parts);
    return new StateWriter(SNAPSHOT)
        .each(settings.entrySet(), (out, one) -> out.put(one.getKey()).put(one.getValue()))
        .put(parts.toBytes())
        .toBytes();
  }

  /**
   * Reads the state.
   *
   * @param fresh makes a loop without state
   * @throws io.mlops4j.error.DataException if it is of another version, before its settings are
   *     compared, which may be written in another way
   * @throws IllegalArgumentException if the state belongs to other settings
   */
  MonitorLoop read(byte[] bytes, Supplier<MonitorLoop> fresh) {
    Map<String, String> found = new TreeMap<>();
    byte[] parts =
        StateReader.read(
            SNAPSHOT,
            bytes,
            in -> {
              in.forEach(one -> found.put(one.text(), one.text()));
              return in.bytes();
            });
    int unused = PARTS.check(parts);
    check(found);
    return StateReader.read(
        PARTS,
        parts,
        in -> {
          MonitorLoop loop = fresh.get();
          loop.read(in);
          return loop;
        });
  }

  private void check(Map<String, String> found) {
    Set<String> names = new TreeSet<>(settings.keySet());
    names.addAll(found.keySet());
    for (String name : names) {
      String expected = settings.getOrDefault(name, "none");
      String its = found.getOrDefault(name, "none");
      if (!expected.equals(its)) {
        throw new IllegalArgumentException(
            "state: found the state of a monitor with the %s \"%s\", expected \"%s\"; start with the settings of the state, or begin anew with another folder or without restore(...)"
                .formatted(name, its, expected));
      }
    }
  }
}
