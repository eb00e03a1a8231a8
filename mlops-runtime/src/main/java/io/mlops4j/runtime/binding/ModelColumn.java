package io.mlops4j.runtime.binding;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** A column that a model reads, as an input of its own. Immutable and thread safe. */
public final class ModelColumn {
  private final InputPlan plan;
  private final ColumnSource source;

  private ModelColumn(InputPlan plan, ColumnSource source) {
    this.plan = plan;
    this.source = source;
  }

  /**
   * Returns the columns of a model.
   *
   * @param signature the model's inputs
   * @param features how columns fill them
   * @return the columns in the order of the inputs, each for one input
   * @throws io.mlops4j.error.ModelLoadException if the columns do not fill the inputs
   */
  public static List<ModelColumn> of(ModelSignature signature, FeatureSchema features) {
    List<ModelColumn> columns = new ArrayList<>();
    for (InputPlan plan : Plans.of(signature, features)) {
      plan.sources().forEach(source -> columns.add(new ModelColumn(plan, source)));
    }
    return List.copyOf(columns);
  }

  /** {@return the name of the column} */
  public String name() {
    return source.column();
  }

  /** {@return the feature that the column holds, under the name of the column} */
  public Feature feature() {
    Feature renamed =
        source.feature().type().isPresent()
            ? Feature.of(name(), source.feature().type().get())
            : Feature.of(name());
    return renamed.withNulls(source.feature().nulls()).withNarrowing(source.feature().narrowing());
  }

  /** {@return what a row holds; one value if several columns are gathered into one input} */
  public TensorSpec spec() {
    TensorSpec input = plan.spec();
    if (plan.sources().size() == 1) {
      return new TensorSpec(name(), input.type(), input.shape(), input.anyRank(), false);
    }
    List<TensorSpec.Dim> rows =
        input.shape().isEmpty() ? List.of(TensorSpec.Dim.any()) : input.shape().subList(0, 1);
    return new TensorSpec(name(), input.type(), rows, false);
  }

  /**
   * Returns whether a column may hold values of a type.
   *
   * @param type the type of the values
   * @return false if they cannot be converted
   */
  public boolean takes(ElementType type) {
    return source.takes(type);
  }

  /**
   * Checks that a column has a type that the model takes.
   *
   * @param field the type of the column, with its name
   * @throws io.mlops4j.error.ModelInputException if it has another type
   */
  public void require(Field field) {
    ColumnLayout.of(
        new Schema(List.of(field)),
        List.of(new InputPlan(plan.input(), plan.spec(), sources(), plan.symbols())));
  }

  /** All sources have the same column, so that a gathered input stays one. */
  private List<ColumnSource> sources() {
    return plan.sources().stream().map(any -> source).toList();
  }
}
