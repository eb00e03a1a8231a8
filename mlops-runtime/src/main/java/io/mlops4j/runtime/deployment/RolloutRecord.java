package io.mlops4j.runtime.deployment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.runtime.deployment.RolloutStatus.State;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The form of a rollout's state in a registry: a record of the alias {@code alias.rollout}, which
 * points to the candidate until the rollout has ended. Its reason has a sentence for people in the
 * first line, and JSON in the second.
 */
final class RolloutRecord {
  private static final int FORMAT = 1;
  private static final String SUFFIX = ".rollout";
  private static final String SERVING = "serving";

  private RolloutRecord() {}

  /** Returns the alias that holds the state of the rollouts of an alias. */
  static String alias(String ref) {
    return ref + SUFFIX;
  }

  /** Returns the form of the decision to promote, if the alias is still at its newest record. */
  static Change promotion(RolloutStatus decided, AliasRecord serving) {
    return change(decided, json(decided).put(SERVING, serving.number()));
  }

  /** Returns the number of the alias's newest record when its promotion was decided. */
  static long serving(String ref, AliasRecord decided) {
    return read(ref, decided, json -> json.whole(SERVING));
  }

  static Change change(RolloutStatus status) {
    return change(status, json(status));
  }

  private static Change change(RolloutStatus status, ObjectNode json) {
    return status.change().because(oneLine(status.change().reason()) + "\n" + json);
  }

  private static ObjectNode json(RolloutStatus status) {
    ObjectNode json = Json.object();
    json.put("rollout", FORMAT)
        .put("state", status.state().name().toLowerCase(Locale.ROOT))
        .put("step", status.step())
        .put("every", status.plan().every().toString())
        .put("patience", status.plan().patience().toString())
        .put("approval", status.plan().approval());
    ArrayNode shares = json.putArray("shares");
    status.plan().shares().forEach(shares::add);
    json.set("candidate", version(status.candidate()));
    json.set("baseline", version(status.baseline()));
    ArrayNode evidence = json.putArray("evidence");
    for (Evidence one : status.evidence()) {
      ObjectNode entry = evidence.addObject().put("name", one.name());
      put(entry, "measured", one.measured());
      put(entry, "bound", one.bound());
      entry.put("text", one.text());
    }
    return json;
  }

  private static String oneLine(String text) {
    return text.lines().collect(Collectors.joining(" "));
  }

  /** JSON has no NaN and no infinity. */
  private static void put(ObjectNode entry, String name, double value) {
    if (Double.isFinite(value)) {
      entry.put(name, value);
    } else {
      entry.put(name, Double.toString(value));
    }
  }

  private static double number(Document json, String name) {
    return json.raw(name).isTextual() ? Double.parseDouble(json.text(name)) : json.number(name);
  }

  private static ObjectNode version(ModelVersion version) {
    return Json.object().put("number", version.number()).put("digest", version.digest().toString());
  }

  private static ModelVersion version(String model, Document json) {
    return new ModelVersion(model, json.count("number"), json.digest("digest"));
  }

  /** Whether a rollout wrote the record. */
  static boolean isRollout(AliasRecord record) {
    return record.change().reason().indexOf('\n') >= 0;
  }

  /**
   * Reads a record.
   *
   * @param ref the alias that the rollout is for
   * @throws RegistryException if it is not the record of a rollout
   */
  static RolloutStatus read(String ref, AliasRecord record) {
    return read(ref, record, json -> status(ref, record, json));
  }

  private static <T> T read(String ref, AliasRecord record, Function<Document, T> reader) {
    String reason = record.change().reason();
    int end = reason.indexOf('\n');
    if (end < 0) {
      throw new RegistryException(
          "%s: found record %d by %s, which no rollout wrote; remove this alias, and start the rollout again"
              .formatted(alias(ref), record.number(), record.change().actor()),
          null);
    }
    byte[] json = reason.substring(end + 1).getBytes(StandardCharsets.UTF_8);
    return Document.read("record " + record.number() + " of " + alias(ref), json, reader);
  }

  private static RolloutStatus status(String ref, AliasRecord record, Document json) {
    json.checkFormat("rollout", FORMAT);
    String reason = record.change().reason();
    Change change = record.change().because(reason.substring(0, reason.indexOf('\n')));
    List<Double> shares = json.array("shares").stream().map(share -> share.doubleValue()).toList();
    return new RolloutStatus(
        ref,
        version(record.model(), json.object("candidate")),
        version(record.model(), json.object("baseline")),
        new RolloutPlan(
            shares,
            Duration.parse(json.text("every")),
            Duration.parse(json.text("patience")),
            json.flag("approval")),
        State.valueOf(json.text("state").toUpperCase(Locale.ROOT)),
        Math.min(Math.max(1, json.count("step")), shares.size()),
        record.at(),
        change,
        json.objects("evidence").stream()
            .map(
                one ->
                    new Evidence(
                        one.text("name"),
                        number(one, "measured"),
                        number(one, "bound"),
                        one.text("text")))
            .toList());
  }
}
