package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows that windows are compared with. Immutable.
 *
 * @param slices null if rows are not sliced; merged, they are the whole
 */
public record Baseline(Profile whole, @Nullable SlicedProfile slices) {
  /** The name of all rows where the reference has no slices. */
  public static final String WHOLE = "";

  void write(StateWriter out) {
    if (slices == null) {
      out.put(whole.toBytes());
    } else {
      out.each(slices.names(), (to, name) -> to.put(name).put(slices.slice(name).toBytes()));
    }
  }

  /** Reads rows with the columns and slices of this baseline. */
  Baseline read(StateReader in) {
    if (slices == null) {
      return new Baseline(fitting(WHOLE, in.bytes()), null);
    }
    Map<String, Profile> accepted = new HashMap<>();
    in.forEach(
        one -> {
          String name = one.text();
          accepted.put(name, fitting(name, one.bytes()));
        });
    SlicedProfile all = slices.with(accepted);
    return new Baseline(all.whole(), all);
  }

  /**
   * Reads the rows of a slice.
   *
   * @throws IllegalArgumentException if they have other bins
   */
  Profile fitting(String slice, byte[] bytes) {
    Profile found = Profile.fromBytes(bytes);
    Profile unused = slice(slice).counting().build().merge(found);
    return found;
  }

  Baseline without(Collection<String> columns) {
    return new Baseline(whole.without(columns), slices == null ? null : slices.without(columns));
  }

  /** Names the rows of a reference that this baseline no longer has; empty if it has all. */
  public String replaced(Profile reference, @Nullable SlicedProfile bySlice) {
    if (whole.equals(reference)) {
      return "";
    }
    return slices == null || bySlice == null
        ? "its rows"
        : slices.names().stream()
            .filter(name -> !slices.slice(name).equals(bySlice.slice(name)))
            .collect(Collectors.joining(", ", "those of ", ""));
  }

  /** Returns the profile in whose bins the rows of a slice are counted. */
  Profile slice(String name) {
    return slices == null ? whole : slices.slice(name);
  }

  /** Compares a window with the reference, slice by slice if there are slices. */
  DriftReport compare(Pane window, DriftPolicy policy) {
    if (slices == null) {
      return DriftReport.compare(whole, known(window, WHOLE), policy);
    }
    return DriftReport.compare(slices, sliced(slices, window), policy, ExportRules.withDefaults());
  }

  private SlicedProfile sliced(SlicedProfile bySlice, Pane window) {
    Map<String, Profile> seen = new HashMap<>();
    for (String name : bySlice.names()) {
      seen.put(name, known(window, name));
    }
    return bySlice.with(seen);
  }

  /** A column that all rows lacked is not a column without values. */
  private Profile known(Pane window, String slice) {
    Profile counted = window.slices().get(slice);
    return (counted == null ? slice(slice).counting().build() : counted).without(window.unknown());
  }

  /**
   * Returns the baseline after the rows of a window were accepted: the window or, with slices,
   * those slices of it that have enough rows.
   *
   * @throws IllegalStateException if the window has too few rows or lacks a column
   */
  Baseline accept(Pane window) {
    if (slices != null) {
      return accept(slices, sliced(slices, window));
    }
    Profile accepted = known(window, WHOLE);
    if (!isEnough(accepted)) {
      throw tooFew(accepted.rows() + " rows");
    }
    // a column that the reference lacks would never be watched again
    List<String> lacking = new ArrayList<>(whole.columns());
    lacking.removeAll(accepted.columns());
    if (!lacking.isEmpty()) {
      throw new IllegalStateException(
          "acceptAsReference: found a newest window without the columns %s, expected all columns of the reference; call it after a window that has them"
              .formatted(lacking));
    }
    return new Baseline(accepted, null);
  }

  private static Baseline accept(SlicedProfile before, SlicedProfile now) {
    Map<String, Profile> accepted = new HashMap<>();
    now.names().stream()
        .filter(name -> isEnough(now.slice(name)))
        .filter(name -> now.slice(name).columns().equals(before.slice(name).columns()))
        .forEach(name -> accepted.put(name, now.slice(name)));
    if (accepted.isEmpty()) {
      throw new IllegalStateException(
          "acceptAsReference: found no slice with all columns and at least %d rows in the newest window, expected one"
              .formatted(DriftPolicy.DEFAULT_MINIMUM_ROWS));
    }
    SlicedProfile slices = before.with(accepted);
    return new Baseline(slices.whole(), slices);
  }

  static IllegalStateException tooFew(String found) {
    return new IllegalStateException(
        "acceptAsReference: found %s, expected a complete window of at least %d rows; call it after onWindow reported one"
            .formatted(found, DriftPolicy.DEFAULT_MINIMUM_ROWS));
  }

  private static boolean isEnough(Profile seen) {
    return seen.rows() >= DriftPolicy.DEFAULT_MINIMUM_ROWS;
  }
}
