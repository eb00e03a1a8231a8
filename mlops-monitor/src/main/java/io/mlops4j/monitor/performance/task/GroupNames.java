package io.mlops4j.monitor.performance.task;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;

/** The names of groups and their numbers. Written by the monitor's thread, read by any thread. */
public final class GroupNames {
  /** Rows of further groups are in one group together. */
  static final int MOST = 200;

  static final String OTHER = "other";

  private final Map<String, List<String>> names = new LinkedHashMap<>();
  private final Map<String, Map<String, Short>> numbers = new HashMap<>();

  public GroupNames(List<String> columns) {
    for (String column : columns) {
      names.put(column, new ArrayList<>());
      numbers.put(column, new HashMap<>());
    }
  }

  /** Returns the numbers of the groups of all rows, row by row. */
  public synchronized short[] read(FeatureBatch batch) {
    List<String> columns = List.copyOf(names.keySet());
    short[] groups = new short[batch.rows() * columns.size()];
    for (int c = 0; c < columns.size(); c++) {
      FieldVector column = batch.column(columns.get(c));
      for (int row = 0; row < batch.rows(); row++) {
        String name = String.valueOf(LabelColumns.key(batch, column, row));
        groups[row * columns.size() + c] = number(columns.get(c), name);
      }
    }
    return groups;
  }

  private short number(String column, String name) {
    Map<String, Short> known = numbers.getOrDefault(column, Map.of());
    String kept = known.containsKey(name) || known.size() < MOST ? name : OTHER;
    Short number = known.get(kept);
    if (number == null) {
      number = (short) known.size();
      known.put(kept, number);
      names.getOrDefault(column, List.of()).add(kept);
    }
    return number;
  }

  /** The number of all names. */
  public synchronized int size() {
    return names.values().stream().mapToInt(List::size).sum();
  }

  public synchronized void write(StateWriter out) {
    names.values().forEach(its -> out.each(its, StateWriter::put));
  }

  /** Replaces all names. */
  public synchronized void read(StateReader in) {
    for (Map.Entry<String, List<String>> column : names.entrySet()) {
      List<String> its = in.each(StateReader::text);
      Map<String, Short> numbered = new HashMap<>();
      for (String name : its) {
        numbered.put(name, (short) numbered.size());
      }
      in.check(its.size() <= MOST + 1, "found " + its.size() + " groups");
      in.check(numbered.size() == its.size(), "a group occurs twice");
      column.setValue(its);
      numbers.put(column.getKey(), numbered);
    }
  }

  /** Reads the numbers of the groups of a row. */
  public synchronized short[] read(StateReader in, int columns) {
    short[] groups = new short[columns];
    int column = 0;
    for (List<String> its : columns == 0 ? List.<List<String>>of() : names.values()) {
      groups[column] = in.int16();
      in.check(
          groups[column] >= 0 && groups[column] < its.size(), "found the group " + groups[column]);
      column++;
    }
    return groups;
  }

  /** Returns the names of each column's groups by number. */
  public synchronized Map<String, List<String>> all() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    names.forEach((column, its) -> all.put(column, List.copyOf(its)));
    return all;
  }
}
