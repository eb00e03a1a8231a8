package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.binding.record.Components;
import io.mlops4j.spi.EngineSlot;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Binds batches and records to the inputs of one model. Everything that depends on the signature is
 * decided when the model is loaded. Thread safe.
 *
 * <p>Columns match inputs by name. Batches may differ from call to call in the order of their
 * columns, in further columns, in slices and in allocators. The positions of columns are looked up
 * once for each schema.
 */
public final class BatchBinder {
  /**
   * Enough for the schemas of a reader, a request and a challenger. If more schemas are in use,
   * some of their columns are looked up again.
   */
  private static final int REMEMBERED = 4;

  private final FeatureSchema features;
  private final List<InputPlan> plans;
  private final int symbols;
  private final boolean joins;

  /** Replaced as a whole, never changed in place. */
  private volatile ColumnLayout[] layouts = {};

  private BatchBinder(FeatureSchema features, List<InputPlan> plans, boolean joins) {
    this.features = features;
    this.plans = plans;
    this.symbols = Plans.symbols(plans);
    this.joins = joins;
  }

  /**
   * Decides which columns fill which inputs.
   *
   * @param signature the model's inputs and outputs
   * @param stated columns, gather order and null policies; null if inputs and columns have the same
   *     names
   * @return the binder
   * @throws io.mlops4j.error.ModelLoadException if the schema does not fill the inputs
   */
  public static BatchBinder compile(ModelSignature signature, @Nullable FeatureSchema stated) {
    return of(signature, new StatedColumns(stated, List.of(), false));
  }

  /**
   * Decides which columns fill which inputs.
   *
   * @param signature the model's inputs and outputs
   * @param stated what options and card say about the columns
   * @return the binder
   * @throws io.mlops4j.error.ModelLoadException if the columns do not fill the inputs
   */
  public static BatchBinder of(ModelSignature signature, StatedColumns stated) {
    FeatureSchema features = Plans.schema(signature, stated);
    List<InputPlan> plans = Plans.of(signature, features);
    return new BatchBinder(features, plans, Joining.isPossible(signature, plans));
  }

  /**
   * Returns the schema of the columns.
   *
   * @return the given schema, or the one made from the signature
   */
  public FeatureSchema features() {
    return features;
  }

  /**
   * Creates the object that fills the inputs of a slot.
   *
   * @param slot a slot of the model
   * @return the object; for one call at a time
   */
  public SlotInputs inputs(EngineSlot slot) {
    return new SlotInputs(this, plans, symbols, slot);
  }

  /**
   * Checks the columns of a batch without rows, of which nothing is written.
   *
   * @param batch the batch
   * @throws io.mlops4j.error.ModelInputException if a column is missing or has a wrong type
   */
  public void checkColumns(FeatureBatch batch) {
    layout(batch.root().getSchema());
  }

  /**
   * Returns whether one run may answer several batches.
   *
   * @return false if the model fixes the number of rows, or has an output that does not have one
   *     row for each input row
   */
  public boolean takesMany() {
    return joins;
  }

  /**
   * Prepares a batch of at least one row for a run with other batches.
   *
   * @param batch the batch, which must not change until the run has ended
   * @return the batch, or null if it needs a run of its own or the model cannot take it
   */
  public @Nullable JoinableBatch joinable(FeatureBatch batch) {
    try {
      return JoinableBatch.of(batch, layout(batch.root().getSchema()), plans.size());
    } catch (ModelInputException e) {
      return null; // its own run throws it again
    }
  }

  /**
   * Binds a record class.
   *
   * @param lookup a lookup with access to the record; null for records of the class path
   * @param type the record class; its components are columns
   * @param <I> the record
   * @return the binder of such records
   * @throws io.mlops4j.error.ModelInputException if a component is unknown, missing or has a wrong
   *     type
   * @see RowModel
   */
  public <I extends Record> RecordBinder<I> records(
      MethodHandles.@Nullable Lookup lookup, Class<I> type) {
    return RecordBinder.of(Components.lookup(lookup), type, features, plans, symbols);
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
