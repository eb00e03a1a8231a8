package io.mlops4j.runtime.binding;

import io.mlops4j.inference.LoadOptions;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What options and card say about the columns of a model. Equal for models that read columns alike.
 *
 * @param features columns, gather order and null policies; null if inputs and columns have the same
 *     names
 * @param rules features that replace those of the same names
 * @param lenient whether columns are converted where that is safe
 */
public record StatedColumns(
    @Nullable FeatureSchema features, List<Feature> rules, boolean lenient) {
  /**
   * Returns what options and card say together. The options' schema overrides all of the card.
   *
   * @param options the options of the load
   * @param card the card of the version; null without one
   * @return the columns
   */
  public static StatedColumns of(LoadOptions options, @Nullable ModelCard card) {
    if (card == null || options.features().isPresent()) {
      return new StatedColumns(
          options.features().orElse(null), options.featureRules(), options.lenientColumns());
    }
    Map<String, Feature> rules = new LinkedHashMap<>();
    card.featureRules().forEach(rule -> rules.put(rule.name(), rule));
    options.featureRules().forEach(rule -> rules.put(rule.name(), rule));
    return new StatedColumns(
        card.features().orElse(null),
        List.copyOf(rules.values()),
        options.lenientColumns() || card.lenientColumns());
  }

  /**
   * Returns the names of the features that are stated.
   *
   * @return the names in the schema and in the rules
   */
  public Set<String> names() {
    return Stream.concat(
            features == null ? Stream.of() : features.features().stream(), rules.stream())
        .map(Feature::name)
        .collect(Collectors.toSet());
  }
}
