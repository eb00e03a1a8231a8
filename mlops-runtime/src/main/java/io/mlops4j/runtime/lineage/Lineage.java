package io.mlops4j.runtime.lineage;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.internal.card.Block;
import io.mlops4j.runtime.internal.card.Block.Column;
import io.mlops4j.runtime.internal.card.Block.Style;
import io.mlops4j.runtime.internal.card.MarkdownWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What was made from what, as the cards of a registry state it: parents, children and data sets of
 * versions, up and down.
 *
 * <p>It shows the registry as it was when {@link #of} read it; ask for a new one to see more.
 * Deleted and removed versions are part of it, for their cards stay. A version that the registry
 * does not know, because it belongs to another one, can only be a parent; it is shown as foreign.
 * Cards that name one another in a circle, which only careful forgery can make, end no query late:
 * each version is told once.
 *
 * <p>The registries of this library read no card that they have read before. They keep the links of
 * each 256 versions as a block, which the process that publishes or reads a lineage writes if it
 * may. A block is sealed against damage only; decisions are made by the card itself.
 *
 * <p>What is kept is some 200 bytes for each link, from a version to a parent or a data set, and
 * nothing for versions without any; never a card. Immutable and thread safe; the registry is lent.
 */
public final class Lineage {
  private static final int MOST_LINKS = 1_000_000;
  private static final int PAGE = 500;

  private final ModelRegistry registry;
  private final LineageIndex index;

  private Lineage(ModelRegistry registry, LineageIndex index) {
    this.registry = registry;
    this.index = index;
  }

  /**
   * Reads all cards of a registry.
   *
   * @param registry the registry; lent
   * @return the lineage of all its models
   * @throws RegistryException if a card cannot be read, for a lineage with gaps would mislead, or
   *     if there are more than a million links
   */
  public static Lineage of(ModelRegistry registry) {
    return of(registry, registry.models());
  }

  /**
   * Reads the cards of some models of a registry.
   *
   * @param registry the registry; lent
   * @param models the models' names; versions of others are seen as parents only
   * @return the lineage of these models
   * @throws RegistryException if a card cannot be read, for a lineage with gaps would mislead, or
   *     if there are more than a million links
   */
  public static Lineage of(ModelRegistry registry, Collection<String> models) {
    return new Lineage(registry, LineageIndex.read(registry, models, MOST_LINKS, PAGE));
  }

  /**
   * The versions that a version was made from, and those that these were made from.
   *
   * @param version a version, of this registry or not
   * @return the nearest first, each once, unmodifiable
   */
  public List<RelatedVersion> ancestors(ModelVersion version) {
    return walk(List.of(version), 0, index::parents);
  }

  /**
   * The versions that were made from a version, and those that were made from these.
   *
   * @param version a version; of this registry, or a foreign one
   * @return the nearest first, each once, unmodifiable
   */
  public List<RelatedVersion> descendants(ModelVersion version) {
    return walk(List.of(version), 0, index::children);
  }

  /**
   * The data that a version learned from, itself or through the versions that it was made from.
   *
   * @param version a version of this registry
   * @return its own first, each once, unmodifiable
   * @throws RegistryException if there is no such version
   */
  public List<DatasetRef> trainedOn(ModelVersion version) {
    Set<DatasetRef> data = new LinkedHashSet<>(registry.card(version).trainedOn());
    for (RelatedVersion ancestor : ancestors(version)) {
      if (ancestor.state().isPresent()) {
        data.addAll(registry.card(ancestor.version()).trainedOn());
      }
    }
    return List.copyOf(data);
  }

  /**
   * The versions that learned from a data set, themselves or through those that they were made
   * from.
   *
   * @param dataset the data set's name
   * @return the nearest first, each once, unmodifiable
   */
  public List<RelatedVersion> madeFrom(String dataset) {
    Objects.requireNonNull(dataset, "dataset");
    return withDescendants(index.trainedOn(dataset));
  }

  /**
   * The versions that learned from a data set, whatever its name, themselves or through those that
   * they were made from.
   *
   * @param dataset what the data set's bytes are
   * @return the nearest first, each once, unmodifiable
   */
  public List<RelatedVersion> madeFrom(Digest dataset) {
    Objects.requireNonNull(dataset, "dataset");
    return withDescendants(index.trainedOn(dataset));
  }

  private List<RelatedVersion> withDescendants(List<ModelVersion> learners) {
    return walk(learners, -1, index::children);
  }

  /** Tells what is further away than {@code beyond}, where the start is 0 steps away. */
  private List<RelatedVersion> walk(List<ModelVersion> start, int beyond, LineageIndex.Next next) {
    Map<ModelVersion, Integer> steps = new LinkedHashMap<>();
    start.forEach(version -> steps.put(version, 0));
    List<ModelVersion> ring = new ArrayList<>(steps.keySet());
    for (int away = 1; !ring.isEmpty(); away++) {
      List<ModelVersion> further = new ArrayList<>();
      for (ModelVersion version : ring) {
        for (ModelVersion other : next.of(version)) {
          if (steps.putIfAbsent(other, away) == null) {
            further.add(other);
          }
        }
      }
      ring = further;
    }
    return steps.entrySet().stream()
        .filter(found -> found.getValue() > beyond)
        .map(
            found ->
                new RelatedVersion(found.getKey(), found.getValue(), index.state(found.getKey())))
        .toList();
  }

  /**
   * What a version was made from and what was made from it, for whatever shows GitHub-flavoured
   * Markdown.
   *
   * @param version a version of this registry
   * @return Markdown
   * @throws RegistryException if there is no such version
   */
  public String markdown(ModelVersion version) {
    List<Block> blocks = new ArrayList<>();
    add(blocks, "Made from", ancestors(version));
    List<List<String>> data =
        trainedOn(version).stream().map(d -> List.of(d.name(), d.digest().toString())).toList();
    if (!data.isEmpty()) {
      List<Column> columns =
          List.of(new Column("Data set", Style.TEXT), new Column("Digest", Style.CODE));
      blocks.add(new Block.Table("Trained on, itself or through these", columns, data));
    }
    add(blocks, "Made into", descendants(version));
    if (blocks.isEmpty()) {
      blocks.add(new Block.Text("Its card states neither parents nor data, and no card names it."));
    }
    return MarkdownWriter.write("Lineage of " + version, blocks);
  }

  private static void add(List<Block> blocks, String caption, List<RelatedVersion> relatives) {
    if (!relatives.isEmpty()) {
      List<Column> columns =
          List.of(
              new Column("Version", Style.TEXT),
              new Column("Steps", Style.NUMBER),
              new Column("State", Style.TEXT),
              new Column("Bytes", Style.CODE));
      blocks.add(new Block.Table(caption, columns, relatives.stream().map(Lineage::row).toList()));
    }
  }

  private static List<String> row(RelatedVersion relative) {
    return List.of(
        relative.version().toString(),
        Integer.toString(relative.steps()),
        relative.standing(),
        relative.version().digest().toString());
  }

  @Override
  public String toString() {
    return "lineage of " + index.links() + " links";
  }
}
