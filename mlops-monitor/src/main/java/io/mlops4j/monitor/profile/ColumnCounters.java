package io.mlops4j.monitor.profile;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.internal.Suggestions;
import io.mlops4j.monitor.internal.BackgroundThread;
import io.mlops4j.monitor.profile.SkippedColumn.Reason;
import io.mlops4j.monitor.profile.internal.BufferCheck;
import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.ColumnFinder;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import io.mlops4j.monitor.profile.internal.VectorCells;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** The counters of one side of a model, by column. */
final class ColumnCounters {
  private final Role role;
  private final SortedMap<String, ColumnCounter> byName;
  private final List<String> needed = new ArrayList<>();
  private final List<ColumnCounter> counting = new ArrayList<>();
  private final Chunk chunk = new Chunk();
  private final ColumnFinder finder;

  /**
   * Joins counters.
   *
   * @param byName the counters, including those of skipped columns, which a batch need not have
   */
  private ColumnCounters(Role role, SortedMap<String, ColumnCounter> byName) {
    this.role = role;
    this.byName = byName;
    byName.forEach(
        (name, counter) -> {
          if (counter.kind() != ColumnKind.OTHER) {
            needed.add(name);
            counting.add(counter);
          }
        });
    finder = new ColumnFinder(needed);
  }

  /** Counters of a side that has no columns. */
  static ColumnCounters none() {
    return new ColumnCounters(Role.OUTPUT, new TreeMap<>());
  }

  /** Counters for the first batch of a reference, whose columns decide the profile. */
  static ColumnCounters choosing(Role role, FeatureBatch first, ColumnSelection selection) {
    SortedMap<String, ColumnCounter> byName = new TreeMap<>();
    for (FieldVector column : first.root().getFieldVectors()) {
      String name = column.getName();
      if (selection.takes(role, name)) {
        boolean named = selection.categories().contains(name);
        if (byName.put(name, choose(role, column, first.dictionaries(), named)) != null) {
          throw new DataException(
              "column \"" + name + "\": found twice in a batch, expected each name once", null);
        }
      }
    }
    return new ColumnCounters(role, byName);
  }

  /**
   * Chooses a counter by the type of a column.
   *
   * @param named whether its numbers are names
   */
  private static ColumnCounter choose(
      Role role, FieldVector column, DictionaryProvider dictionaries, boolean named) {
    String name = column.getName();
    return switch (ColumnKind.of(column, dictionaries)) {
      case NUMBERS -> named ? new CategoryValues(name, role, true) : new NumberValues(name, role);
      case TEXTS -> new CategoryValues(name, role, false);
      case TIMES -> new TimeCounter(name, role);
      case VECTORS -> vectors(role, column);
      case OTHER -> new SkippedCounter(unsupported(role, column.getField()));
    };
  }

  private static ColumnCounter vectors(Role role, FieldVector column) {
    int size = Objects.requireNonNull(VectorCells.of(column)).size();
    return size < 0
        ? new ListValues(column.getName(), role)
        : VectorCounter.choosing(column.getName(), role, size);
  }

  private static SkippedColumn unsupported(Role role, Field field) {
    return new SkippedColumn(
        field.getName(),
        role,
        Reason.UNSUPPORTED_TYPE,
        "type "
            + field.getType()
            + ", not profiled: only numbers, booleans, text, times, vectors of floats, and the"
            + " fields of structures are");
  }

  /** Counters in the bins of a reference. */
  static ColumnCounters frozen(Role role, Collection<ColumnProfile> reference) {
    SortedMap<String, ColumnCounter> byName = new TreeMap<>();
    reference.stream()
        .filter(column -> column.role() == role)
        .forEach(column -> byName.put(column.name(), frozen(column)));
    return new ColumnCounters(role, byName);
  }

  /** Returns counters without cells, in the bins of what was added so far. */
  ColumnCounters counting() {
    SortedMap<String, ColumnCounter> all = new TreeMap<>();
    byName.forEach((name, counter) -> all.put(name, counter.counting()));
    return new ColumnCounters(role, all);
  }

  /** Returns counters without cells that count like these, whose memory may be used again. */
  ColumnCounters cleared() {
    SortedMap<String, ColumnCounter> all = new TreeMap<>();
    byName.forEach((name, counter) -> all.put(name, counter.cleared()));
    return new ColumnCounters(role, all);
  }

  static ColumnCounter frozen(ColumnProfile column) {
    if (column instanceof NumberProfile numbers) {
      return new NumberCounter(column.name(), column.role(), numbers.bins());
    }
    if (column instanceof CategoryProfile categories) {
      return new CategoryCounter(column.name(), column.role(), categories.bins());
    }
    if (column instanceof VectorProfile vectors) {
      return VectorCounter.frozen(vectors);
    }
    return column instanceof TimeProfile
        ? new TimeCounter(column.name(), column.role())
        : new SkippedCounter((SkippedColumn) column);
  }

  /**
   * Checks the whole batch, so that a bad batch is rejected before any of it is counted.
   *
   * @param batch null for one without columns
   */
  void check(@Nullable FeatureBatch batch) {
    if (batch == null) {
      if (!needed.isEmpty()) {
        throw lacking(null);
      }
      return;
    }
    for (int i = 0; i < needed.size(); i++) {
      FieldVector column = finder.find(batch.root(), i);
      if (column == null) {
        throw lacking(batch);
      }
      ColumnCounter counter = counting.get(i);
      if (!counter.accepts(column, batch.dictionaries())) {
        throw new DataException(
            "%s: found type %s, expected %s"
                .formatted(needed.get(i), column.getField().getType(), counter.expected()),
            null);
      }
      BufferCheck.check(column, batch.rows(), batch.dictionaries());
    }
  }

  /**
   * Counts the columns that fit.
   *
   * @param otherSide the columns of the other side
   * @param rows the number of rows that this side must have
   * @param reasons receives one reason for each other column, by name
   */
  void addFitting(
      FeatureBatch batch, FeatureBatch otherSide, int rows, Map<String, String> reasons) {
    for (int i = 0; i < needed.size(); i++) {
      BackgroundThread.giveWay();
      FieldVector column = finder.find(batch.root(), i);
      String reason =
          column == null
              ? absent(needed.get(i), names(batch), names(otherSide))
              : addFitting(counting.get(i), column, batch, rows);
      if (reason != null) {
        reasons.put(needed.get(i), reason);
      }
    }
  }

  private @Nullable String addFitting(
      ColumnCounter counter, FieldVector column, FeatureBatch batch, int rows) {
    if (!counter.accepts(column, batch.dictionaries())) {
      return "the calls have it with type %s; the reference expects %s"
          .formatted(column.getField().getType(), counter.expected());
    }
    if (batch.rows() != rows) {
      return "the calls have %d features and %d outputs".formatted(rows, batch.rows());
    }
    try {
      BufferCheck.check(column, rows, batch.dictionaries());
      counter.add(column, batch.dictionaries(), chunk);
      return null;
    } catch (DataException e) {
      return "it could not be counted: " + e.getMessage();
    }
  }

  private String absent(String name, List<String> here, List<String> there) {
    if (there.contains(name)) {
      return role == Role.FEATURE
          ? "it is a feature in the reference and an output of the calls; build the reference with"
              + " Profile.builder().add(features, outputs)"
          : "it is an output in the reference and a feature of the calls; build the reference with"
              + " Profile.builder().add(features, outputs)";
    }
    List<String> all = Stream.of(here, there).flatMap(List::stream).toList();
    return "the calls have no column of this name" + Suggestions.hint(name, all);
  }

  private DataException lacking(@Nullable FeatureBatch batch) {
    List<String> present = batch == null ? List.of() : names(batch);
    List<String> absent = new ArrayList<>(needed);
    absent.removeAll(present);
    return new DataException(
        "the batch lacks %s %s: found %s, expected every column of the profile"
            .formatted(role.words(), absent, present),
        null);
  }

  static List<String> names(FeatureBatch batch) {
    return batch.root().getSchema().getFields().stream().map(Field::getName).toList();
  }

  void add(FeatureBatch batch) {
    for (int i = 0; i < needed.size(); i++) {
      FieldVector column = Objects.requireNonNull(finder.find(batch.root(), i));
      counting.get(i).add(column, batch.dictionaries(), chunk);
    }
  }

  Set<String> names() {
    return byName.keySet();
  }

  /** Passes on the counts of the columns that have bins, by name. */
  void counts(BiConsumer<String, long[]> each) {
    byName.forEach(
        (name, counter) -> {
          BackgroundThread.giveWay();
          long[] counts = counter.counts(chunk);
          if (counts != null) {
            each.accept(name, counts);
          }
        });
  }

  List<ColumnProfile> build() {
    List<ColumnProfile> columns = new ArrayList<>(byName.size());
    for (ColumnCounter counter : byName.values()) {
      BackgroundThread.giveWay();
      columns.add(counter.build());
    }
    return columns;
  }
}
