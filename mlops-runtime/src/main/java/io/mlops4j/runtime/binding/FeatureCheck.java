package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Checks the columns of a data set against features, by the rules of a call. Immutable and thread
 * safe.
 */
public final class FeatureCheck {
  private final List<InputPlan> plans;
  private final List<ColumnSource> sources;

  private FeatureCheck(List<InputPlan> plans, List<ColumnSource> sources) {
    this.plans = plans;
    this.sources = sources;
  }

  /**
   * Returns a check.
   *
   * @param schema the features
   * @param signature the model that takes them; without it, only features with a type are checked
   * @return the check
   * @throws io.mlops4j.error.ModelLoadException if the features cannot fill the model's inputs
   */
  public static FeatureCheck of(FeatureSchema schema, Optional<ModelSignature> signature) {
    if (signature.isPresent()) {
      List<InputPlan> plans = Plans.of(signature.get(), schema);
      return new FeatureCheck(
          plans, plans.stream().flatMap(plan -> plan.sources().stream()).toList());
    }
    List<ColumnSource> sources = new ArrayList<>();
    for (Feature feature : schema.features()) {
      feature.type().ifPresent(type -> sources.add(new ColumnSource(feature, type, null)));
    }
    return new FeatureCheck(List.of(), sources);
  }

  /**
   * Checks the columns.
   *
   * @param columns the columns of the data set
   * @throws ModelInputException if a column is missing or of a type that its feature does not take
   */
  public void check(Schema columns) {
    ColumnLayout.of(columns, plans);
    for (ColumnSource source : plans.isEmpty() ? sources : List.<ColumnSource>of()) {
      Field field = column(columns, source);
      Cell cell = field == null ? null : Cell.of(0, field);
      if (field != null && (cell == null || !source.takes(cell.type()))) {
        throw new ModelInputException(
            source.column(),
            ArrowTypes.name(field),
            source.expected() + " as the feature says; set the type with ReadOptions.type");
      }
    }
  }

  /**
   * Returns the type of each column that holds single values of a type that its feature does not
   * take, for a reader that parses text.
   *
   * @param columns the columns of the data set
   * @return the type to parse it as
   */
  public Map<String, ElementType> misfits(Schema columns) {
    Map<String, ElementType> types = new LinkedHashMap<>();
    for (ColumnSource source : sources) {
      Field field = column(columns, source);
      ElementType found = field == null ? null : ArrowTypes.elementType(field);
      boolean half =
          source.target() == ElementType.FLOAT16 || source.target() == ElementType.BFLOAT16;
      if (found != null && !source.takes(found)) {
        types.put(
            source.column(),
            half ? ElementType.FLOAT32 : source.feature().type().orElse(source.target()));
      }
    }
    return types;
  }

  private static @Nullable Field column(Schema columns, ColumnSource source) {
    return columns.getFields().stream()
        .filter(field -> field.getName().equals(source.column()))
        .findFirst()
        .orElse(null);
  }
}
