package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.spi.EngineSlot;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of one model reach its inputs, decided when it is loaded. Thread safe.
 *
 * <p>Columns meet inputs by name. Batches may differ in everything else from call to call: the
 * order of their columns, further columns, slices, allocators. Where each column is, is found once
 * for each schema.
 */
public final class BatchBinder {
  /**
   * Enough for a reader, a request and a shadow; with more schemas at a time, some are compiled
   * again.
   */
  private static final int REMEMBERED = 4;

  private final FeatureSchema features;
  private final List<InputPlan> plans;
  private final int symbols;
  private final boolean joins;

  /** Replaced as a whole, never written in place. */
  private volatile ColumnLayout[] layouts = {};

  private BatchBinder(FeatureSchema features, List<InputPlan> plans, boolean joins) {
    this.features = features;
    this.plans = plans;
    this.symbols = Plans.symbols(plans);
    this.joins = joins;
  }

  /**
   * Decides which columns go where.
   *
   * @param signature what the model takes
   * @param stated columns, gather order and null policy; null when inputs and columns have the same
   *     names
   * @return the binder
   * @throws io.mlops4j.error.ModelLoadException if the schema does not fill the inputs
   */
  public static BatchBinder compile(ModelSignature signature, @Nullable FeatureSchema stated) {
    FeatureSchema features = stated == null ? Plans.schemaOf(signature) : stated;
    List<InputPlan> plans = Plans.of(signature, features);
    return new BatchBinder(features, plans, Joining.isPossible(signature, plans));
  }

  /**
   * Returns which columns fill which inputs.
   *
   * @return the stated schema, or the one made from the signature
   */
  public FeatureSchema features() {
    return features;
  }

  /**
   * What fills the inputs of a slot.
   *
   * @param slot a slot of the model
   * @return for one call at a time
   */
  public SlotInputs inputs(EngineSlot slot) {
    return new SlotInputs(this, plans, symbols, slot);
  }

  /**
   * Checks a batch without rows, from which nothing is written.
   *
   * @param batch the batch
   * @throws io.mlops4j.error.ModelInputException if a column is missing or of a wrong type
   */
  public void checkColumns(FeatureBatch batch) {
    layout(batch.root().getSchema());
  }

  /**
   * Whether one run may answer several batches.
   *
   * @return false if the model declares a number of rows, or an output without a row for each row
   */
  public boolean takesMany() {
    return joins;
  }

  /**
   * Prepares a batch of at least one row for a run with others.
   *
   * @param batch the batch, which must not change until the run has ended
   * @return null if the batch needs a run of its own, or the model cannot take it
   */
  public @Nullable JoinableBatch joinable(FeatureBatch batch) {
    try {
      return JoinableBatch.of(batch, layout(batch.root().getSchema()), plans.size());
    } catch (ModelInputException e) {
      return null; // its own run throws again
    }
  }

  /**
   * Binds a record.
   *
   * @param lookup decides the access; null for records of the class path
   * @param type the record; its components are columns
   * @param <I> the record
   * @return the bound record; thread safe
   * @throws io.mlops4j.error.ModelInputException if a component is unknown, missing or of a wrong
   *     type
   * @see RowModel
   */
  public <I extends Record> RecordBinder<I> records(
      MethodHandles.@Nullable Lookup lookup, Class<I> type) {
    return RecordBinder.of(lookup(lookup), type, features, plans, symbols);
  }

  /**
   * Returns the lookup that decides the access to records.
   *
   * @param given the caller's lookup, or null for records of the class path
   * @return the given one; or one of this class, which means that access is forced where the
   *     record's module allows it
   */
  public static MethodHandles.Lookup lookup(MethodHandles.@Nullable Lookup given) {
    return given == null ? MethodHandles.lookup() : given;
  }

  ColumnLayout layout(Schema schema) {
    for (ColumnLayout known : layouts) {
      if (known.isOf(schema)) {
        return known;
      }
    }
    return remember(ColumnLayout.of(schema, plans));
  }

  private synchronized ColumnLayout remember(ColumnLayout layout) {
    ColumnLayout[] old = layouts;
    ColumnLayout[] more = new ColumnLayout[Math.min(REMEMBERED, old.length + 1)];
    more[0] = layout;
    System.arraycopy(old, 0, more, 1, more.length - 1);
    layouts = more;
    return layout;
  }
}
