package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.internal.Suggestions;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Decides which features fill which input.
 *
 * <p>A feature with the name of an input fills that input. All other features are gathered, in the
 * schema's order, into the one remaining input, which must take a row of values. Features or inputs
 * that remain are rejected. An optional input that no feature names is omitted.
 */
final class Plans {
  private final Map<String, Integer> symbols = new LinkedHashMap<>();
  private final List<InputPlan> plans = new ArrayList<>();
  private final ModelSignature signature;

  private Plans(ModelSignature signature) {
    this.signature = signature;
  }

  static List<InputPlan> of(ModelSignature signature, FeatureSchema schema) {
    return new Plans(signature).match(schema);
  }

  /** Returns the features that a model reads. */
  static FeatureSchema schema(ModelSignature signature, StatedColumns stated) {
    Map<String, Feature> rules = new LinkedHashMap<>();
    stated.rules().forEach(rule -> rules.put(rule.name(), rule));
    FeatureSchema base =
        stated.features() == null ? schemaOf(signature, rules.keySet()) : stated.features();
    List<String> known = base.features().stream().map(Feature::name).toList();
    for (String name : rules.keySet()) {
      if (!known.contains(name)) {
        throw new ModelLoadException(
            "feature %s: found a rule for it, but the model has no such feature, expected one of %s; the model takes %s%s"
                .formatted(
                    name, String.join(", ", known), signature, Suggestions.hint(name, known)),
            null);
      }
    }
    FeatureSchema ruled = base.withEach(feature -> rules.getOrDefault(feature.name(), feature));
    return stated.lenient() ? lenient(signature, ruled) : ruled;
  }

  /**
   * Returns a feature for each input that is needed or has a rule, for a model without a schema.
   */
  private static FeatureSchema schemaOf(ModelSignature signature, Set<String> ruled) {
    return FeatureSchema.of(
        signature.inputs().stream()
            .filter(spec -> spec instanceof TensorSpec)
            .filter(spec -> !spec.optional() || ruled.contains(spec.name()))
            .map(spec -> feature((TensorSpec) spec))
            .toArray(Feature[]::new));
  }

  /**
   * Returns features without a type of their own, narrowed with checks, for which a null of a
   * floating-point input is NaN.
   */
  private static FeatureSchema lenient(ModelSignature signature, FeatureSchema stated) {
    UnaryOperator<Feature> narrowed =
        feature ->
            Feature.of(feature.name())
                .withColumn(feature.column())
                .withNulls(feature.nulls())
                .withNarrowing(Narrowing.CHECKED);
    Set<String> floats =
        of(signature, stated.withEach(narrowed)).stream()
            .flatMap(plan -> plan.sources().stream())
            .filter(source -> ColumnSource.FLOATS.contains(source.target()))
            .map(source -> source.feature().name())
            .collect(Collectors.toSet());
    return stated
        .withEach(narrowed)
        .withEach(
            feature ->
                floats.contains(feature.name()) && feature.nulls() == NullPolicy.reject()
                    ? feature.withNulls(NullPolicy.nan())
                    : feature);
  }

  private static Feature feature(TensorSpec spec) {
    if (spec.name().isBlank()) {
      throw new ModelLoadException(
          "input \"%s\" %s: found a blank name, expected one that a column can have; name its columns with LoadOptions.features or in the model's card"
              .formatted(spec.name(), spec),
          null);
    }
    return Feature.of(spec.name(), spec.type());
  }

  private List<InputPlan> match(FeatureSchema schema) {
    Map<String, Feature> left = new LinkedHashMap<>();
    schema.features().forEach(feature -> left.put(feature.name(), feature));
    List<Integer> open = new ArrayList<>();
    boolean single = signature.inputs().size() == 1 && left.size() > 1;
    for (int i = 0; i < signature.inputs().size(); i++) {
      ValueSpec spec = signature.inputs().get(i);
      Feature own = single ? null : left.remove(spec.name());
      if (own != null) {
        add(i, tensor(spec), List.of(own));
      } else if (!spec.optional()) {
        open.add(i);
      }
    }
    gather(open, List.copyOf(left.values()));
    return List.copyOf(plans);
  }

  private void gather(List<Integer> open, List<Feature> features) {
    if (open.isEmpty() && features.isEmpty()) {
      return;
    }
    if (open.size() != 1 || features.isEmpty()) {
      throw new ModelLoadException(
          "features: found "
              + (features.isEmpty() ? "none" : names(features))
              + " left for "
              + (open.isEmpty() ? "no input" : "the inputs " + inputs(open))
              + ", expected each feature to have the name of an input, or all others to fill"
              + " one input; the model takes "
              + signature
              + hint(features),
          null);
    }
    TensorSpec spec = tensor(signature.inputs().get(open.get(0)));
    boolean rows = spec.shape().size() == 2 || (spec.anyRank() && features.size() > 1);
    long count =
        spec.shape().size() < 2
            ? features.size()
            : spec.shape().get(1).size().orElse(features.size());
    if (!rows || count != features.size()) {
      throw new ModelLoadException(
          "features: found "
              + features.size()
              + " ("
              + names(features)
              + ") for the input "
              + spec
              + ", expected "
              + (rows ? count : "one feature named \"" + spec.name() + "\"")
              + "; correct LoadOptions.features or the card"
              + hint(features),
          null);
    }
    add(open.get(0), spec, features);
  }

  /** Returns a suggestion for the first feature whose name resembles that of an input. */
  private String hint(List<Feature> features) {
    List<String> inputs = signature.inputs().stream().map(ValueSpec::name).toList();
    return features.stream()
        .map(feature -> Suggestions.hint(feature.name(), inputs))
        .filter(hint -> !hint.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static String names(List<Feature> features) {
    return String.join(", ", features.stream().map(Feature::name).toList());
  }

  private String inputs(List<Integer> open) {
    return String.join(", ", open.stream().map(i -> signature.inputs().get(i).toString()).toList());
  }

  private static TensorSpec tensor(ValueSpec spec) {
    if (spec instanceof TensorSpec tensor) {
      return tensor;
    }
    throw new ModelLoadException(
        "input "
            + spec
            + ": found a sequence or map, expected a tensor; export the model with such an input",
        null);
  }

  private void add(int input, TensorSpec spec, List<Feature> features) {
    int[] numbers =
        spec.shape().stream().mapToInt(dim -> dim.symbol().map(this::number).orElse(-1)).toArray();
    List<ColumnSource> sources =
        features.stream().map(f -> ColumnSource.of(f, spec.type())).toList();
    plans.add(new InputPlan(input, spec, sources, numbers));
  }

  private int number(String symbol) {
    Integer known = symbols.putIfAbsent(symbol, symbols.size());
    return known == null ? symbols.size() - 1 : known;
  }

  static int symbols(List<InputPlan> plans) {
    return 1 + plans.stream().flatMapToInt(plan -> Arrays.stream(plan.symbols())).max().orElse(-1);
  }
}
