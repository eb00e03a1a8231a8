package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.DataException;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.runtime.card.CardJson;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The card of a version to publish: from a file, from options, or a file overridden by options. */
final class CardOptions {
  /** The keys of every card: format and name. */
  private static final int KEYS_OF_EVERY_CARD = 2;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--card",
      paramLabel = "FILE",
      description =
          "The card as JSON, as show --card prints it. The options below override its keys.")
  private @Nullable Path card;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The name of the model; required unless the card has it.")
  private @Nullable String name;

  @Option(
      names = "--owner",
      paramLabel = "WHO",
      description = "The person or team that owns the model.")
  private @Nullable String owner;

  @Option(
      names = "--licence",
      paramLabel = "SPDX",
      description = "An SPDX identifier such as Apache-2.0.")
  private @Nullable String licence;

  @Option(names = "--use", paramLabel = "TEXT", description = "What the model is for.")
  private @Nullable String use;

  @Option(names = "--description", paramLabel = "TEXT", description = "What the model is.")
  private @Nullable String description;

  @Option(
      names = "--tier",
      paramLabel = "N",
      description = "Its risk tier: 1 (the most material) to 9.")
  private @Nullable Integer tier;

  @Option(names = "--commit", paramLabel = "HASH", description = "The commit of the training code.")
  private @Nullable String commit;

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description = "A region where the model may be loaded; may be repeated.")
  private List<String> regions = new ArrayList<>();

  @Option(
      names = "--feature",
      paramLabel = "NAME",
      description = "The name of a feature; repeated in the order of the model.")
  private List<String> features = new ArrayList<>();

  @Option(
      names = "--key",
      paramLabel = "NAME",
      description =
          "A key column, which is not given to the model; needs --feature; may be repeated.")
  private List<String> keys = new ArrayList<>();

  @Option(
      names = "--metric",
      paramLabel = "NAME=NUMBER",
      description = "A metric such as roc_auc=0.71; may be repeated.")
  private Map<String, Double> metrics = new TreeMap<>();

  @Option(
      names = "--parameter",
      paramLabel = "NAME=TEXT",
      description = "A training parameter such as trees=300; may be repeated.")
  private Map<String, String> parameters = new TreeMap<>();

  @Option(
      names = "--seed",
      paramLabel = "NAME=NUMBER",
      description = "A random seed such as numpy=42; may be repeated.")
  private Map<String, Long> seeds = new TreeMap<>();

  private boolean warned;

  /** Whether no option was given. */
  boolean isEmpty() {
    return card == null && name == null && json(options("any")).size() == KEYS_OF_EVERY_CARD;
  }

  /** The card of a model that has no card of its own. */
  ModelCard card() throws IOException {
    return card(name -> ModelCard.builder(name).build());
  }

  /** The card: the model's own, overridden by the file, overridden by the options. */
  ModelCard card(Function<String, ModelCard> own) throws IOException {
    ObjectNode file = card == null ? ConsoleOutput.object() : file(card);
    String model = name == null ? file.path("name").asText() : name;
    if (model.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "the model has no name; add --name NAME, or --card FILE with a name");
    }
    ObjectNode json = json(own.apply(model));
    overlay(json, file);
    overlay(json, json(options(model)));
    try {
      return CardJson.parse(json.toString());
    } catch (DataException e) {
      throw card == null ? e : new DataException(card + ": " + e.getMessage(), e);
    }
  }

  private ObjectNode file(Path file) throws IOException {
    ObjectNode json = ConsoleOutput.parse(file.toString(), Files.readString(file));
    TreeSet<String> unknown = new TreeSet<>();
    json.fieldNames().forEachRemaining(unknown::add);
    ConsoleOutput.parse("schema", CardJson.schema())
        .path("properties")
        .fieldNames()
        .forEachRemaining(unknown::remove);
    if (!unknown.isEmpty() && !warned) {
      warned = true;
      spec.commandLine()
          .getErr()
          .println(
              ConsoleOutput.clean(
                  "mlops4j: " + file + ": ignored keys that no card has: " + unknown));
    }
    return json;
  }

  private static ObjectNode json(ModelCard card) {
    return ConsoleOutput.parse("card", CardJson.text(card));
  }

  private ModelCard options(String model) {
    ModelCard.Builder builder = ModelCard.builder(model);
    ifGiven(owner, builder::owner);
    ifGiven(licence, builder::licence);
    ifGiven(use, builder::intendedUse);
    ifGiven(description, builder::description);
    ifGiven(tier, builder::tier);
    ifGiven(commit, builder::commit);
    regions.forEach(builder::regions);
    metrics.forEach(builder::metric);
    parameters.forEach(builder::parameter);
    seeds.forEach(builder::seed);
    if (!features.isEmpty()) {
      builder.features(schema());
    } else if (!keys.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--key: found keys " + keys + " without features; add --feature NAME for each feature");
    }
    return builder.build();
  }

  private FeatureSchema schema() {
    FeatureSchema schema = FeatureSchema.ofNames(features.toArray(String[]::new));
    for (String key : keys) {
      schema = schema.withKey(key);
    }
    return schema;
  }

  private static <T> void ifGiven(@Nullable T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  /** Objects are merged key by key, everything else is replaced. */
  private static void overlay(ObjectNode below, ObjectNode above) {
    for (Map.Entry<String, JsonNode> each : above.properties()) {
      if (below.get(each.getKey()) instanceof ObjectNode lower
          && each.getValue() instanceof ObjectNode upper) {
        overlay(lower, upper);
      } else {
        below.set(each.getKey(), each.getValue());
      }
    }
  }
}
