package io.mlops4j.runtime.view;

import io.mlops4j.runtime.internal.duckdb.RowAppender;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares the rows of an online store with the rows of the view, on a sample of keys.
 *
 * <p>The keys come from the view. For each key, the row of the store is compared with the row of
 * the view that has the same event time. If the view has several (corrections, told apart by their
 * created time), it is the newest that was created no later than the row of the store. So a store
 * that is some minutes behind or ahead is no difference; it is counted. Immutable and thread safe.
 */
public final class ParityCheck {
  private static final int SHOWN = 20;
  private static final double TOLERANCE = 1e-9;
  private static final float FLOAT_TOLERANCE = 1e-6f;

  private final FeatureView view;
  private final OnlineStore store;
  private final int sample;
  private final long seed;
  private final Clock clock;

  private ParityCheck(FeatureView view, OnlineStore store, int sample, long seed, Clock clock) {
    this.view = view;
    this.store = store;
    this.sample = sample;
    this.seed = seed;
    this.clock = clock;
  }

  /**
   * A value that differs.
   *
   * @param key the key, as a JSON array
   * @param eventTime the event time of both rows
   * @param feature the feature
   * @param offline the value in the view, or "missing" if the view has no such feature
   * @param online the value in the store, or "missing"
   */
  public record Difference(
      String key, Instant eventTime, String feature, String offline, String online) {
    /**
     * Checks the parts.
     *
     * @param key the key
     * @param eventTime the event time of both rows
     * @param feature the feature
     * @param offline the value in the view
     * @param online the value in the store
     */
    public Difference {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(eventTime, "eventTime");
      Objects.requireNonNull(feature, "feature");
      Objects.requireNonNull(offline, "offline");
      Objects.requireNonNull(online, "online");
    }
  }

  /**
   * What was found.
   *
   * @param keys the sampled keys
   * @param equal the keys whose rows have equal values
   * @param behind the keys whose row in the store, equal or not, is older than the newest of the
   *     view
   * @param missing the keys that have a row in the view, but none in the store
   * @param unknown the keys whose row in the store has an event time that the view has not, for
   *     example because it is newer than the view's source
   * @param differing the keys with different values
   * @param differences the first different values, at most 20
   */
  public record Report(
      long keys,
      long equal,
      long behind,
      long missing,
      long unknown,
      long differing,
      List<Difference> differences) {
    /**
     * Checks and copies the parts.
     *
     * @param keys the sampled keys
     * @param equal the keys whose rows have equal values
     * @param behind the keys whose row in the store is older
     * @param missing the keys without a row in the store
     * @param unknown the keys whose row in the store is not in the view
     * @param differing the keys with different values
     * @param differences the first different values
     */
    public Report {
      differences = List.copyOf(differences);
    }

    /**
     * Returns whether rows were compared, no value differs and no key is missing.
     *
     * @return true if the check passed; false if there was no row to compare
     */
    public boolean passed() {
      return equal > 0 && differing == 0 && missing == 0;
    }

    /**
     * Returns the counts and the first differences.
     *
     * @return one line for the counts, and one for each difference
     */
    @Override
    public String toString() {
      return Stream.concat(
              Stream.of(
                  keys
                      + " keys: "
                      + equal
                      + " equal, "
                      + differing
                      + " different, "
                      + missing
                      + " missing, "
                      + unknown
                      + " unknown to the view, "
                      + behind
                      + " behind"),
              differences.stream().map(each -> "  " + each))
          .collect(Collectors.joining("\n"));
    }
  }

  /**
   * Returns a check of 1000 keys with the system's clock.
   *
   * @param view the view
   * @param store the store
   * @return the check
   */
  public static ParityCheck of(FeatureView view, OnlineStore store) {
    return new ParityCheck(
        Objects.requireNonNull(view, "view"),
        Objects.requireNonNull(store, "store"),
        1_000,
        0,
        Clock.systemUTC());
  }

  /**
   * Sets the sample. Another seed gives other keys.
   *
   * @param keys 1 to 1 000 000
   * @param seed the seed
   * @return a changed copy
   * @throws IllegalArgumentException if the number is out of range
   */
  public ParityCheck withSample(int keys, long seed) {
    if (keys < 1 || keys > 1_000_000) {
      throw new IllegalArgumentException("keys: found " + keys + ", expected 1 to 1000000");
    }
    return new ParityCheck(view, store, keys, seed, clock);
  }

  /**
   * Sets the clock; rows of the view after its time do not count.
   *
   * @param clock the clock
   * @return a changed copy
   */
  public ParityCheck withClock(Clock clock) {
    return new ParityCheck(view, store, sample, seed, Objects.requireNonNull(clock, "clock"));
  }

  /**
   * Reads the view and the store, and compares them. Floating-point numbers may differ by 1e-9 of
   * their size (1e-6 for 32 bits), because sums depend on the order of additions.
   *
   * @return what was found
   * @throws io.mlops4j.error.DataException if one of them cannot be read, or a file of the view
   *     changes meanwhile
   */
  public Report run() {
    try (Offline offline = Offline.open()) {
      Events events = ViewRows.of(offline, view, null);
      NewestRows newest = NewestRows.of(offline, events, Times.micros(clock.instant()));
      Report report = compare(offline, newest);
      offline.requireUnchanged(); // otherwise rows of two states would be differences
      return report;
    } catch (SQLException e) {
      throw Offline.failed("view " + view.name(), e);
    }
  }

  private Report compare(Offline offline, NewestRows newest) throws SQLException {
    Events events = newest.events();
    NewestRows.Reader reader = new NewestRows.Reader(events);
    Map<String, List<@Nullable Object>> keys = new LinkedHashMap<>();
    Map<String, Version> newestVersions = new HashMap<>();
    try (Statement statement = offline.connection().createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT "
                    + NewestRows.plain(events, "")
                    + " FROM "
                    + newest.table()
                    + " ORDER BY hash("
                    + seed
                    + ", "
                    + events.keys("")
                    + "), "
                    + events.keys("")
                    + " LIMIT "
                    + sample)) {
      while (rows.next()) {
        List<@Nullable Object> key = reader.key(rows);
        String text = KeyText.of(view, key);
        keys.put(text, key);
        newestVersions.put(text, Version.read(rows, events));
      }
    }
    Map<String, OnlineStore.Row> online = store.read(view.stored(), keys.keySet());
    Map<String, FeatureRow> atTheSameTime = offlineRows(offline, events, reader, keys, online);
    Tally tally = new Tally();
    RowBytes bytes = new RowBytes();
    for (String key : keys.keySet()) {
      OnlineStore.Row row = online.get(key);
      FeatureRow offlineRow = atTheSameTime.get(key);
      if (row == null) {
        tally.missing++;
        continue;
      }
      Version version = new Version(row.eventMicros(), row.createdMicros());
      if (version.compareTo(Objects.requireNonNull(newestVersions.get(key))) < 0) {
        tally.behind++;
      }
      if (offlineRow == null) {
        tally.unknown++;
      } else {
        tally.compare(key, offlineRow, bytes.read(row));
      }
    }
    return tally.report(keys.size());
  }

  /**
   * Returns the rows of the view that have the keys and event times of the store's rows, each as it
   * was known when the store's row was created.
   */
  private Map<String, FeatureRow> offlineRows(
      Offline offline,
      Events events,
      NewestRows.Reader reader,
      Map<String, List<@Nullable Object>> keys,
      Map<String, OnlineStore.Row> online)
      throws SQLException {
    String table = offline.table();
    String what = "view " + view.name();
    offline.run(
        what,
        "CREATE TABLE "
            + table
            + " AS SELECT "
            + events.keys("")
            + ", et, ct FROM "
            + events.table()
            + " LIMIT 0");
    try (RowAppender appender = RowAppender.to(offline.connection(), table)) {
      for (Map.Entry<String, OnlineStore.Row> each : online.entrySet()) {
        List<@Nullable Object> row =
            new ArrayList<>(Objects.requireNonNull(keys.get(each.getKey())));
        row.add(Times.instant(each.getValue().eventMicros()));
        row.add(Times.instant(each.getValue().createdMicros()));
        appender.append(row.toArray());
      }
    }
    Map<String, FeatureRow> found = new HashMap<>();
    FeatureRow.Names names = new FeatureRow.Names(reader.names);
    try (Statement statement = offline.connection().createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT "
                    + NewestRows.plain(events, "e.")
                    + " FROM "
                    + events.table()
                    + " e JOIN "
                    + table
                    + " s ON "
                    + events.sameKeys("e", "s")
                    + " AND e.et = s.et AND e.ct <= s.ct ORDER BY e.ct")) {
      while (rows.next()) {
        long event = rows.getLong(events.keyKinds().size() + 1);
        found.put(
            KeyText.of(view, reader.key(rows)), new FeatureRow(names, reader.values(rows), event));
      }
    }
    return found;
  }

  /** What orders the rows of one key, in microseconds since 1970. */
  private record Version(long event, long created) implements Comparable<Version> {
    /** Reads the times of a row of {@link NewestRows#plain}. */
    static Version read(ResultSet rows, Events events) throws SQLException {
      int keys = events.keyKinds().size();
      return new Version(rows.getLong(keys + 1), rows.getLong(keys + 2));
    }

    @Override
    public int compareTo(Version other) {
      int byEvent = Long.compare(event, other.event);
      return byEvent != 0 ? byEvent : Long.compare(created, other.created);
    }
  }

  /** Counts of one run. */
  private static final class Tally {
    private long equal;
    private long behind;
    private long missing;
    private long unknown;
    private long differing;
    private final List<Difference> differences = new ArrayList<>();

    void compare(String key, FeatureRow offline, FeatureRow online) {
      Map<String, @Nullable Object> a = offline.toMap();
      Map<String, @Nullable Object> b = online.toMap();
      boolean same = true;
      for (String feature :
          Stream.concat(a.keySet().stream(), b.keySet().stream()).distinct().toList()) {
        if (a.containsKey(feature)
            && b.containsKey(feature)
            && same(a.get(feature), b.get(feature))) {
          continue;
        }
        same = false;
        if (differences.size() < SHOWN) {
          differences.add(
              new Difference(
                  key, offline.eventTime(), feature, text(a, feature), text(b, feature)));
        }
      }
      if (same) {
        equal++;
      } else {
        differing++;
      }
    }

    private static String text(Map<String, @Nullable Object> row, String feature) {
      return row.containsKey(feature) ? String.valueOf(row.get(feature)) : "missing";
    }

    private static boolean same(@Nullable Object a, @Nullable Object b) {
      if (a instanceof Double x && b instanceof Double y) {
        return x.equals(y) || Math.abs(x - y) <= TOLERANCE * Math.max(Math.abs(x), Math.abs(y));
      }
      if (a instanceof Float x && b instanceof Float y) {
        return x.equals(y)
            || Math.abs(x - y) <= FLOAT_TOLERANCE * Math.max(Math.abs(x), Math.abs(y));
      }
      return Objects.equals(a, b);
    }

    Report report(long keys) {
      return new Report(keys, equal, behind, missing, unknown, differing, differences);
    }
  }
}
