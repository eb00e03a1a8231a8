package io.mlops4j.runtime.cli.model;

import io.mlops4j.inference.LoadOptions;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.card.CardJson;
import io.mlops4j.runtime.serving.loading.CardFit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a model is loaded: what its columns are, and whether its maker is trusted. */
final class ColumnOptions {
  @Option(
      names = "--card",
      paramLabel = "FILE",
      description =
          "A card as JSON that says what the input columns of the model are, and what a null means.")
  private @Nullable Path card;

  @Option(
      names = "--feature",
      paramLabel = "NAME",
      description = "An input column of the model; repeated in the order of the model.")
  private List<String> features = new ArrayList<>();

  @Option(
      names = "--lenient",
      description = {
        "Take columns as pandas and CSV files hold them: nulls are NaN where the model takes"
            + " floats, and wider types are converted if each value fits."
      })
  private boolean lenient;

  @Option(
      names = "--untrusted",
      description = "Load the model as one of a stranger: no optimisation, and strict limits.")
  private boolean untrusted;

  LoadOptions options() throws IOException {
    LoadOptions.Builder options = LoadOptions.builder();
    if (!features.isEmpty()) { // which replace all that a card says about columns
      options.features(FeatureSchema.ofNames(features.toArray(String[]::new)));
    } else if (card != null) {
      options = CardFit.options(CardJson.parse(Files.readString(card))).toBuilder();
    }
    options = lenient ? options.lenientColumns() : options;
    return (untrusted ? options.untrusted() : options).build();
  }
}
