package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.profile.SkippedColumn.Reason;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The columns by which rows are equal. The keys, or a column that tells most rows apart, select the
 * rows whose hash is computed: equal rows are selected together, and the other columns of other
 * rows are not read. Without either the hash of every row is computed, because a frequent value
 * would select many rows, or none.
 *
 * @param columns in order; empty if repeated rows are not counted
 * @param selecting the selecting columns, or empty
 */
record Identity(List<String> columns, List<String> selecting) {
  private static final long SEED = 0x9e3779b97f4a7c15L;

  static Identity of(QualityReference reference, QualityPolicy policy) {
    boolean counts =
        !policy.isOff(QualityCheck.DUPLICATES)
            && (reference.learned() != null || !Double.isNaN(policy.mostDuplicates()));
    if (!counts) {
      return new Identity(List.of(), List.of());
    }
    QualityReference.Learned learned = reference.learned();
    Profile profile = reference.profile();
    List<String> columns = learned == null ? columns(profile, Set.of()) : learned.identity();
    List<String> keys = columns.stream().filter(name -> !profile.columns().contains(name)).toList();
    return new Identity(columns, keys.isEmpty() ? telling(columns, profile) : keys);
  }

  /** Returns a column that tells most rows apart; empty if there is none. */
  private static List<String> telling(List<String> columns, Profile profile) {
    return columns.stream()
        .filter(name -> distinct(profile.column(name)) >= profile.rows() / 2)
        .limit(1)
        .toList();
  }

  /** The features that have cells to compare, and the keys, by name. */
  static List<String> columns(Profile profile, Set<String> keys) {
    Set<String> names = new HashSet<>(keys);
    for (String name : profile.columns()) {
      ColumnProfile column = profile.column(name);
      boolean unsupported =
          column instanceof SkippedColumn skipped && skipped.reason() == Reason.UNSUPPORTED_TYPE;
      if (column.role() == Role.FEATURE && !unsupported) {
        names.add(name);
      }
    }
    return names.stream().sorted().toList();
  }

  private static long distinct(ColumnProfile column) {
    if (column instanceof NumberProfile numbers) {
      return numbers.distinct().orElse(numbers.edges().length);
    }
    if (column instanceof CategoryProfile categories) {
      return categories.distinct().orElse(categories.names().size());
    }
    return column instanceof SkippedColumn skipped && skipped.reason() == Reason.IDENTIFIER_LIKE
        ? Long.MAX_VALUE
        : 0;
  }

  /** Whether a row with these cells of the selecting columns is one in so many. */
  static boolean selects(Cells[] cells, int row, int sampling) {
    if (sampling == 1 || cells.length == 0) {
      return true;
    }
    long hash = 0;
    for (Cells column : cells) {
      hash = Cells.mix(hash ^ column.at(row));
    }
    return ((hash >>> 32) * sampling) >>> 32 == 0;
  }

  static long hash(Cells[] cells, int row) {
    long hash = SEED;
    for (Cells column : cells) {
      hash = added(hash, column.at(row));
    }
    return Cells.mix(hash);
  }

  private static long added(long hash, long cell) {
    return Cells.mix(hash ^ cell) + SEED;
  }

  /**
   * Computes the same hashes of many rows.
   *
   * @param columns their cells by column, in the order of the identity, then by row
   */
  static void hash(long[][] columns, long[] hashes, int count) {
    Arrays.fill(hashes, 0, count, SEED);
    for (long[] cells : columns) {
      for (int row = 0; row < count; row++) {
        hashes[row] = added(hashes[row], cells[row]);
      }
    }
    for (int row = 0; row < count; row++) {
      hashes[row] = Cells.mix(hashes[row]);
    }
  }
}
