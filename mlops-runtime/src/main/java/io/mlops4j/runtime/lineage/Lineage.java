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
 * The lineage of model versions: the parents, children and data sets that the cards of a registry
 * name.
 *
 * <p>A lineage shows the registry at the time of {@link #of}. Call it again to see later versions.
 * Deleted and removed versions are included, because their cards stay. A version that the registry
 * does not contain can only be a parent and is shown as foreign. Queries return each version once,
 * so they also end if forged cards name one another in a circle.
 *
 * <p>The registries of this library read each card once. They store the links of every 256 versions
 * in a block. The process that publishes the last of these versions, or reads a lineage, writes the
 * block if it has the right to. A block's digest only protects against damage. Base decisions on
 * the card itself.
 *
 * <p>A lineage needs about 200 bytes of memory for each link from a version to a parent or data
 * set, and none for versions without links or for cards. Immutable and thread safe. The caller
 * closes the registry after the last query.
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
   * Reads the links of all models of a registry.
   *
   * @param registry the registry; the caller closes it
   * @return the lineage of all its models
   * @throws RegistryException if a card cannot be read, because a lineage with gaps would mislead,
   *     or if there are more than a million links
   */
  public static Lineage of(ModelRegistry registry) {
    return of(registry, registry.models());
  }

  /**
   * Reads the links of some models of a registry.
   *
   * @param registry the registry; the caller closes it
   * @param models the models' names; versions of other models are parents only
   * @return the lineage of these models
   * @throws RegistryException if a card cannot be read, because a lineage with gaps would mislead,
   *     or if there are more than a million links
   */
  public static Lineage of(ModelRegistry registry, Collection<String> models) {
    return new Lineage(registry, LineageIndex.read(registry, models, MOST_LINKS, PAGE));
  }

  /**
   * Returns the parents of a version, their parents, and so on.
   *
   * @param version a version of this registry, or a foreign one
   * @return the nearest first, each once, unmodifiable
   */
  public List<RelatedVersion> ancestors(ModelVersion version) {
    return walk(List.of(version), 0, index::parents);
  }

  /**
   * Returns the children of a version, their children, and so on.
   *
   * @param version a version of this registry, or a foreign one
   * @return the nearest first, each once, unmodifiable
   */
  public List<RelatedVersion> descendants(ModelVersion version) {
    return walk(List.of(version), 0, index::children);
  }

  /**
   * Returns the data sets of a version and of its ancestors in this registry.
   *
   * @param version a version of this registry
   * @return its own data sets first, each once, unmodifiable
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
   * Returns the versions that were trained on a data set, and their descendants.
   *
   * @param dataset the data set's name
   * @return the nearest first, each once, unmodifiable
   */
  public List<RelatedVersion> madeFrom(String dataset) {
    Objects.requireNonNull(dataset, "dataset");
    return withDescendants(index.trainedOn(dataset));
  }

  /**
   * Returns the versions that were trained on a data set, and their descendants.
   *
   * @param dataset the digest of the data set's bytes, under any name
   * @return the nearest first, each once, unmodifiable
   */
  public List<RelatedVersion> madeFrom(Digest dataset) {
    Objects.requireNonNull(dataset, "dataset");
    return withDescendants(index.trainedOn(dataset));
  }

  private List<RelatedVersion> withDescendants(List<ModelVersion> trained) {
    return walk(trained, -1, index::children);
  }

  /** Returns the versions that are more than {@code beyond} steps away from the start. */
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
   * Returns the ancestors, the data sets and the descendants of a version as GitHub-flavoured
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
