package io.mlops4j.monitor.profile;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.SkippedColumn.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Field;

/** The counters of one side of a model, by column. */
final class Counters {
  private final Role role;
  private final Map<String, Counter> byName;

  private Counters(Role role, Map<String, Counter> byName) {
    this.role = role;
    this.byName = byName;
  }

  /** Counters of a side that has no columns. */
  static Counters none() {
    return new Counters(Role.OUTPUT, new TreeMap<>());
  }

  /** Counters for the first batch of a reference, whose columns decide. */
  static Counters choosing(Role role, FeatureBatch first, Selection selection) {
    Counters counters = new Counters(role, new TreeMap<>());
    for (FieldVector column : first.root().getFieldVectors()) {
      String name = column.getName();
      if (selection.takes(role, name)) {
        boolean named = selection.categories().contains(name);
        counters.put(name, counters.choose(column, first.dictionaries(), named));
      }
    }
    return counters;
  }

  private void put(String name, Counter counter) {
    if (byName.put(name, counter) != null) {
      throw new DataException(
          "column \"" + name + "\": found twice in a batch, expected each name once", null);
    }
  }

  /**
   * Chooses by the type of a column.
   *
   * @param named whether its numbers are names
   */
  private Counter choose(FieldVector column, DictionaryProvider dictionaries, boolean named) {
    String name = column.getName();
    return switch (Kind.of(column, dictionaries)) {
      case NUMBERS -> named ? new CategoryValues(name, role, true) : new NumberValues(name, role);
      case TEXTS -> new CategoryValues(name, role, false);
      case OTHER -> new Skipping(unsupported(column.getField()));
    };
  }

  private SkippedColumn unsupported(Field field) {
    String type = field.getType().toString();
    return new SkippedColumn(
        field.getName(),
        role,
        Reason.UNSUPPORTED_TYPE,
        "type " + type + ", not compared: only numbers, booleans and text are");
  }

  /** Counters in the bins of a reference. */
  static Counters frozen(Role role, Collection<ColumnProfile> reference) {
    Counters counters = new Counters(role, new TreeMap<>());
    reference.stream()
        .filter(column -> column.role() == role)
        .forEach(column -> counters.byName.put(column.name(), frozen(column)));
    return counters;
  }

  private static Counter frozen(ColumnProfile column) {
    if (column instanceof NumberProfile numbers) {
      return new NumberCounter(column.name(), column.role(), numbers.bins());
    }
    if (column instanceof CategoryProfile categories) {
      return new CategoryCounter(column.name(), column.role(), categories.bins());
    }
    return new Skipping((SkippedColumn) column);
  }

  /**
   * Checks the whole batch, so that a bad one is refused before any of it is counted.
   *
   * @param present the columns that the batch has for this side
   */
  void check(List<String> present, FeatureBatch batch) {
    List<String> absent = new ArrayList<>(needed());
    absent.removeAll(present);
    if (!absent.isEmpty()) {
      throw new DataException(
          "the batch lacks %s %s: found %s, expected every column of the profile"
              .formatted(role.words(), absent, present),
          null);
    }
    needed().forEach(name -> check(counter(name).kind(), name, batch));
  }

  /** The columns that every batch must have; skipped ones may be absent. */
  private List<String> needed() {
    return byName.keySet().stream().filter(name -> counter(name).kind() != Kind.OTHER).toList();
  }

  private Counter counter(String name) {
    return Objects.requireNonNull(byName.get(name));
  }

  static List<String> names(FeatureBatch batch) {
    return batch.root().getSchema().getFields().stream().map(Field::getName).toList();
  }

  private static void check(Kind expected, String name, FeatureBatch batch) {
    FieldVector column = batch.column(name);
    if (Kind.of(column, batch.dictionaries()) != expected) {
      throw new DataException(
          name + ": found type " + column.getField().getType() + ", expected " + expected, null);
    }
  }

  void add(FeatureBatch batch) {
    needed().forEach(name -> counter(name).add(batch.column(name), batch.dictionaries()));
  }

  Set<String> names() {
    return byName.keySet();
  }

  List<ColumnProfile> build() {
    return byName.values().stream().map(Counter::build).toList();
  }
}
