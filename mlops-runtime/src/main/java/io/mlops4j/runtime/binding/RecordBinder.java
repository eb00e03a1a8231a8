package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.internal.Suggestions;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.binding.record.Components;
import io.mlops4j.runtime.binding.record.JavaNames;
import io.mlops4j.runtime.binding.record.RecordColumns;
import io.mlops4j.spi.EngineSlot;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes records directly to the inputs of slots. It is bound once for a record class. Thread safe.
 *
 * @param <I> the record
 */
public final class RecordBinder<I extends Record> {
  private static final int FEW = 64;

  private final List<RecordInput> inputs;
  private final int symbols;
  private final MethodHandles.Lookup lookup;
  private final Map<String, RecordComponent> components;

  /** Made late: only listeners and compositions need columns, which load Arrow's types. */
  private @Nullable RecordColumns<I> columns;

  /** The shapes of a call with one record, once they were checked; null if arrays decide them. */
  private volatile long @Nullable [][] ofOneRow;

  private final boolean small;
  private final boolean arrays;
  private final boolean whole;

  private RecordBinder(
      MethodHandles.Lookup lookup,
      Map<String, RecordComponent> components,
      List<RecordInput> inputs,
      int symbols) {
    this.lookup = lookup;
    this.components = components;
    this.inputs = inputs;
    this.symbols = symbols;
    this.small = areFewNumbers(inputs);
    this.arrays = inputs.stream().anyMatch(RecordInput::arrays);
    this.whole = inputs.stream().anyMatch(RecordInput::isWhole);
  }

  private static boolean areFewNumbers(List<RecordInput> inputs) {
    int values = inputs.stream().mapToInt(input -> input.plan().sources().size()).sum();
    return values <= FEW && inputs.stream().noneMatch(in -> in.arrays() || in.plan().isText());
  }

  static <I extends Record> RecordBinder<I> of(
      MethodHandles.Lookup lookup,
      Class<I> type,
      FeatureSchema schema,
      List<InputPlan> plans,
      int symbols) {
    Map<String, RecordComponent> components = components(type, schema, plans);
    List<RecordInput> inputs = new ArrayList<>();
    for (InputPlan plan : plans) {
      inputs.add(input(lookup, plan, components));
    }
    RecordColumns.check(components);
    return new RecordBinder<>(lookup, components, List.copyOf(inputs), symbols);
  }

  private static Map<String, RecordComponent> components(
      Class<?> type, FeatureSchema schema, List<InputPlan> plans) {
    Set<String> known = new LinkedHashSet<>();
    schema.features().forEach(feature -> known.add(feature.column()));
    known.addAll(schema.keys());
    Map<String, RecordComponent> components = new LinkedHashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      String column = JavaNames.find(component.getName(), known);
      if (column == null) {
        throw Components.unknown(
            component.getName(),
            JavaNames.describe(known) + ", the model's features and keys",
            hint(plans) + Suggestions.hint(component.getName(), known));
      }
      if (components.putIfAbsent(column, component) != null) {
        throw Components.twice(component.getName(), column);
      }
    }
    return components;
  }

  private static String hint(List<InputPlan> plans) {
    return plans.stream().allMatch(plan -> plan.takes(false))
        ? ""
        : "; if each value has a component of its own, set their order with"
            + " LoadOptions.builder().features(FeatureSchema.ofNames(...)) or in the model's card";
  }

  private static RecordInput input(
      MethodHandles.Lookup lookup, InputPlan plan, Map<String, RecordComponent> components) {
    MethodHandle[] handles = new MethodHandle[plan.sources().size()];
    boolean arrays = false;
    for (int i = 0; i < handles.length; i++) {
      ColumnSource source = plan.sources().get(i);
      RecordComponent component = components.get(source.column());
      if (component == null) {
        throw new ModelInputException(
            source.column(),
            "no component of this name among " + components.keySet(),
            "one that holds "
                + plan.row(source)
                + Suggestions.hint(source.column(), components.keySet()));
      }
      ComponentWriter.check(plan, source, component);
      MethodHandle getter = Components.getter(lookup, component);
      arrays = component.getType().isArray();
      handles[i] =
          arrays || plan.isText()
              ? Components.object(getter)
              : ComponentWriter.number(source, component, getter);
    }
    return arrays || plan.isText()
        ? new RecordInput(plan, List.of(handles), null, arrays)
        : RecordInput.ofNumbers(plan, List.of(handles));
  }

  /**
   * Checks at least one row, then writes the rows.
   *
   * @param slot the slot whose inputs are filled
   * @param rows the rows, none null
   * @return whether the only row is the whole of an input
   * @throws ModelInputException if a value is not acceptable; the model did not run
   */
  public boolean bind(EngineSlot slot, List<I> rows) {
    if (inputs.isEmpty()) {
      SlotInputs.requireOneRow(rows.size());
      return true;
    }
    long[][] dims = rows.size() == 1 ? ofOneRow : null;
    if (dims == null) {
      dims = check(rows);
      if (rows.size() == 1 && !arrays) {
        ofOneRow = dims;
      }
    }
    for (int i = 0; i < dims.length; i++) {
      inputs.get(i).write(slot, rows, dims[i]);
    }
    return whole;
  }

  private long[][] check(List<I> rows) {
    long[] sizes = new long[symbols];
    Arrays.fill(sizes, -1);
    long[][] dims = new long[inputs.size()][];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = inputs.get(i).check(rows, sizes);
    }
    return dims;
  }

  /**
   * Returns whether binding a record takes less time than reading the clock.
   *
   * @return true if a record has few values, which are all numbers
   */
  public boolean isSmall() {
    return small;
  }

  /**
   * Returns whether one run can answer several records.
   *
   * @return false if a record is the whole of an input, or the number of rows is fixed
   */
  public boolean takesMany() {
    return !inputs.isEmpty() && inputs.stream().allMatch(RecordInput::takesMany);
  }

  /**
   * Returns the lengths that all records of a run must have.
   *
   * @param row a record
   * @return an object that is equal for records whose arrays have equal lengths
   */
  public Object shape(I row) {
    List<Integer> lengths = List.of();
    for (RecordInput input : inputs) {
      if (input.arrays()) {
        lengths = new ArrayList<>(lengths);
        lengths.add(input.length(row));
      }
    }
    return lengths;
  }

  /**
   * Returns the converter of records to columns, with keys, for listeners.
   *
   * @return the converter, always the same
   */
  public synchronized RecordColumns<I> columns() {
    if (columns == null) {
      columns = RecordColumns.of(lookup, components);
    }
    return columns;
  }
}
