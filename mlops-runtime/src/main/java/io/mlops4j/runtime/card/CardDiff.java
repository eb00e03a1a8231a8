package io.mlops4j.runtime.card;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.internal.card.Block;
import io.mlops4j.runtime.internal.card.Block.Column;
import io.mlops4j.runtime.internal.card.Block.Style;
import io.mlops4j.runtime.internal.card.MarkdownWriter;
import io.mlops4j.runtime.internal.document.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The differences between two cards: in signature, features, data, metrics, parameters and
 * statements. Immutable and thread safe.
 */
public final class CardDiff {
  private final String before;
  private final String after;
  private final List<CardChange> changes;

  private CardDiff(String before, String after, List<CardChange> changes) {
    this.before = before;
    this.after = after;
    this.changes = changes;
  }

  /**
   * Compares two cards.
   *
   * @param before the older card
   * @param after the newer card, perhaps of another model
   * @return the differences
   */
  public static CardDiff of(ModelCard before, ModelCard after) {
    return new CardDiff(before.name(), after.name(), CardComparison.of(before, after));
  }

  /**
   * Compares the cards and the digests of two versions.
   *
   * @param registry the registry of both versions; the caller closes it
   * @param before the older version
   * @param after the newer version, perhaps of another model
   * @return the differences
   * @throws io.mlops4j.error.RegistryException if a version does not exist
   */
  public static CardDiff of(ModelRegistry registry, ModelVersion before, ModelVersion after) {
    List<CardChange> changes = new ArrayList<>();
    if (!before.digest().equals(after.digest())) {
      changes.add(
          new CardChange(
              CardChange.Area.BYTES,
              "bytes",
              CardChange.Kind.CHANGED,
              Optional.of(before.digest().toString()),
              Optional.of(after.digest().toString())));
    }
    changes.addAll(CardComparison.of(registry.card(before), registry.card(after)));
    return new CardDiff(before.toString(), after.toString(), List.copyOf(changes));
  }

  /**
   * Returns the changes, sorted by area.
   *
   * @return an unmodifiable list, empty if nothing changed
   */
  public List<CardChange> changes() {
    return changes;
  }

  /**
   * Returns the changes as GitHub-flavoured Markdown.
   *
   * @return Markdown
   */
  public String markdown() {
    return MarkdownWriter.write(before + " → " + after, List.of(block()));
  }

  private Block block() {
    if (changes.isEmpty()) {
      return new Block.Text("Nothing changed.");
    }
    return new Block.Table(
        "Changes",
        List.of(
            new Column("Subject", Style.TEXT),
            new Column("Change", Style.TEXT),
            new Column("Before", Style.TEXT),
            new Column("After", Style.TEXT)),
        changes.stream().map(CardDiff::row).toList());
  }

  private static List<String> row(CardChange change) {
    String difference = change.difference();
    return List.of(
        change.subject(),
        change.kind().toString(),
        change.before().orElse(""),
        change.after().orElse("") + (difference.isEmpty() ? "" : " (" + difference + ")"));
  }

  /**
   * Returns the changes as JSON that {@link #jsonSchema} describes: {@code before} and {@code
   * after} name the cards, {@code changes} contains objects with {@code area}, {@code name}, {@code
   * kind}, and {@code before} and {@code after} if they exist. Later versions may add names; these
   * names remain.
   *
   * @return the same text for the same changes
   */
  public String json() {
    ObjectNode json = Json.object();
    json.put("format", "mlops4j-card-diff").put("version", 1);
    json.put("before", before).put("after", after);
    ArrayNode array = json.putArray("changes");
    for (CardChange change : changes) {
      ObjectNode object =
          Json.object()
              .put("area", change.area().toString())
              .put("name", change.name())
              .put("kind", change.kind().toString());
      change.before().ifPresent(text -> object.put("before", text));
      change.after().ifPresent(text -> object.put("after", text));
      array.add(object);
    }
    return new String(Json.write(json), StandardCharsets.UTF_8);
  }

  /**
   * Returns the schema of {@link #json}. The jar contains it beside this class as {@code
   * card-diff.schema.json}.
   *
   * @return JSON Schema, draft 2020-12
   */
  public static String jsonSchema() {
    return Resources.text("card-diff.schema.json");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CardDiff that && json().equals(that.json());
  }

  @Override
  public int hashCode() {
    return changes.hashCode();
  }

  /**
   * Lists the changes for people.
   *
   * @return the compared cards, and each change on its own line
   */
  @Override
  public String toString() {
    return before
        + " -> "
        + after
        + (changes.isEmpty()
            ? ": nothing changed"
            : changes.stream()
                .map(CardChange::toString)
                .collect(Collectors.joining("\n  ", ":\n  ", "")));
  }
}
