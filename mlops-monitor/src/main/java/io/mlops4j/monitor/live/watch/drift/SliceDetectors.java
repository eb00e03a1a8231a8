package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.monitor.internal.BackgroundThread;
import io.mlops4j.monitor.live.finding.Finding;
import io.mlops4j.monitor.live.finding.Quiet;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The detectors of all columns of one slice, or of all rows. They read the bins of the window's
 * counter, so a row costs them no time of its own. Used by the monitor's thread only.
 */
final class SliceDetectors {
  private final Profile reference;
  private final Map<String, ColumnDetector> columns = new TreeMap<>();
  private final Set<String> found = new HashSet<>();
  private @Nullable SliceCounter read;
  private long rows;
  private long nextLook;
  private final Map<String, Finding> standing = new TreeMap<>();

  /** The rows of all windows since the detector of a column began to warn. */
  private final Map<String, Pool> pools = new TreeMap<>();

  /** The windows since the change of a column was last found, while its drift may be open. */
  private final Map<String, Integer> quiet = new TreeMap<>();

  /**
   * @param rows the column's profile in these rows
   * @param atLook their number when they were last compared
   */
  private record Pool(Profile rows, long atLook) {}

  /**
   * @param part the part of the budget that all detectors together may spend
   */
  SliceDetectors(Profile reference, double part) {
    this.reference = reference;
    Map<String, Bets> bets = new TreeMap<>();
    for (String name : reference.columns()) {
      Bets its = Bets.of(reference.column(name));
      if (its != null) {
        bets.put(name, its);
      }
    }
    int all = bets.values().stream().mapToInt(Bets::size).sum();
    bets.forEach((name, its) -> columns.put(name, new ColumnDetector(its, Math.log(all / part))));
  }

  void write(StateWriter out) {
    columns.values().forEach(detector -> detector.write(out));
    out.put(read != null).put(rows).put(nextLook);
    out.each(new TreeSet<>(found), StateWriter::put);
    out.each(standing.entrySet(), (to, one) -> one.getValue().write(to.put(one.getKey())));
    out.each(
        pools.entrySet(),
        (to, one) ->
            to.put(one.getKey()).put(one.getValue().rows().toBytes()).put(one.getValue().atLook()));
    out.each(quiet.entrySet(), (to, one) -> to.put(one.getKey()).put(one.getValue().intValue()));
  }

  /**
   * Restores a written state, before any rows.
   *
   * @param open the counter of the open window, or null
   */
  void read(StateReader in, @Nullable SliceCounter open) {
    columns.values().forEach(detector -> detector.read(in));
    read = in.flag() ? open : null;
    rows = in.count();
    nextLook = in.count();
    found.addAll(in.each(StateReader::text));
    in.forEach(one -> standing.put(one.text(), Finding.read(one)));
    in.forEach(one -> pools.put(one.text(), new Pool(Profile.fromBytes(one.bytes()), one.count())));
    in.forEach(one -> quiet.put(one.text(), one.int32()));
  }

  Profile reference() {
    return reference;
  }

  /** The reference of one column. */
  Profile reference(String name) {
    return only(reference, name);
  }

  /** The rows that the counter of the open window got since it was last read. */
  long newRows(SliceCounter counter) {
    return counter == read ? counter.rows() - rows : counter.rows();
  }

  /** Reads the rows that the counter of the open window got since it was last read. */
  void read(SliceCounter counter, double weight) {
    if (counter != read) {
      columns.values().forEach(ColumnDetector::newCounts);
      read = counter;
    }
    rows = counter.rows();
    counter.counts(
        (name, counts) -> {
          ColumnDetector detector = columns.get(name);
          if (detector != null) {
            BackgroundThread.giveWay();
            detector.add(counts, weight);
          }
        });
  }

  /** The rows of the open window that the detectors have read. */
  long rows() {
    return rows;
  }

  /** The rows since the estimated change of a column. */
  long rowsSinceChange(String name) {
    return Objects.requireNonNull(columns.get(name)).rowsSinceChange();
  }

  /**
   * The columns of the open window that may be announced before its end, if a comparison is worth
   * its time: not those that were found already, and not until the rows since the change have grown
   * by half since the last comparison.
   */
  List<String> early() {
    List<String> early = new ArrayList<>();
    long fewest = Long.MAX_VALUE;
    if (rows >= nextLook) {
      for (Map.Entry<String, ColumnDetector> column : columns.entrySet()) {
        ColumnDetector detector = column.getValue();
        if (detector.signalsEarly() && !found.contains(column.getKey())) {
          early.add(column.getKey());
          fewest = Math.min(fewest, detector.rowsSinceChange());
        }
      }
    }
    if (!early.isEmpty()) {
      nextLook = rows + fewest / 2;
    }
    return early;
  }

  void found(String name) {
    found.add(name);
  }

  /** Whether a column has differed from the reference for long. */
  boolean signals(String name) {
    ColumnDetector detector = columns.get(name);
    return detector != null && detector.signals();
  }

  /**
   * Starts the detector of a column anew, because the test of its window found the change, or the
   * change is over. The rows so far are no evidence of another change.
   */
  void forget(String name) {
    ColumnDetector detector = columns.get(name);
    if (detector != null) {
      detector.forget();
      pools.remove(name);
      standing.remove(name);
    }
  }

  /**
   * Notes the columns whose change a window showed. One that was found before and not in the newest
   * windows starts anew, when its drift ends.
   */
  void windowFound(Set<String> changed, Set<String> judged) {
    changed.forEach(name -> quiet.put(name, 0));
    for (String name : List.copyOf(quiet.keySet())) {
      if (judged.contains(name)
          && !changed.contains(name)
          && quiet.merge(name, 1, Integer::sum) >= Quiet.JUDGEMENTS) {
        quiet.remove(name);
        forget(name);
      }
    }
  }

  /** The columns whose change was announced before the end of the open window. */
  Set<String> found() {
    return Set.copyOf(found);
  }

  /**
   * Ends the window.
   *
   * @param calm the columns without an effect that matters
   */
  void endWindow(Profile window, Set<String> calm) {
    columns.forEach(
        (name, detector) -> {
          detector.endWindow(calm.contains(name));
          if (!detector.warns()) {
            pools.remove(name);
          } else if (window.columns().contains(name)) {
            pools.merge(name, new Pool(only(window, name), 0), SliceDetectors::pooled);
          }
        });
    found.clear();
    read = null;
    rows = 0;
    nextLook = 0;
  }

  private static Pool pooled(Pool before, Pool window) {
    return new Pool(before.rows().merge(window.rows()), before.atLook());
  }

  private static Profile only(Profile profile, String name) {
    List<String> others = new ArrayList<>(profile.columns());
    others.remove(name);
    return profile.without(others);
  }

  /** The results of the newest comparison of several windows, by column. */
  Map<String, Finding> standing() {
    return standing;
  }

  /**
   * The rows of all windows since the detector of a column began to warn, if a comparison is worth
   * its time: if the rows have grown by half since the last one.
   */
  @Nullable Profile worthComparing(String name) {
    Pool all = pools.get(name);
    if (all == null || 2 * all.rows().rows() < 3 * all.atLook()) {
      return null;
    }
    pools.put(name, new Pool(all.rows(), all.rows().rows()));
    return all.rows();
  }
}
