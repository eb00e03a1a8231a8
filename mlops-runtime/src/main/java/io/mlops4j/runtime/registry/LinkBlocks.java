package io.mlops4j.runtime.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * What the versions of a model were made from, without reading each of their cards: blocks of 256
 * versions, a sealed document each.
 *
 * <p>Only a hint. Whoever publishes the last version of a block writes it, and so does whoever
 * reads a lineage and finds a block missing or damaged: its cards are read then. A block carries
 * the digest of its last version's manifest, so a block of other versions is not believed. As
 * versions never change, a block is the same whoever writes it.
 */
final class LinkBlocks {
  static final int BLOCK = VersionIndex.BLOCK;
  private static final int FORMAT = 1;

  private final Layout layout;
  private final Disk disk;
  private final String model;
  private final IntFunction<Links> cards;
  private final IntFunction<Digest> manifests;

  /**
   * @param cards reads the links of a version from its card
   * @param manifests gives the digest of a version's manifest
   */
  LinkBlocks(
      Layout layout,
      Disk disk,
      String model,
      IntFunction<Links> cards,
      IntFunction<Digest> manifests) {
    this.layout = layout;
    this.disk = disk;
    this.model = model;
    this.cards = cards;
    this.manifests = manifests;
  }

  /** Tells of the versions up to a number that have links, the oldest first. */
  void read(int last, Consumer<Links> each) {
    int block = 1;
    for (; block * BLOCK <= last; block++) {
      read(block).forEach(each);
    }
    fromCards((block - 1) * BLOCK + 1, last).forEach(each);
  }

  private List<Links> read(int block) {
    Optional<List<Links>> stored = stored(block);
    return stored.isPresent() ? stored.get() : make(block);
  }

  /** Reads the cards of a block and writes it, as well as it can be done. */
  List<Links> make(int block) {
    List<Links> links = fromCards((block - 1) * BLOCK + 1, block * BLOCK);
    try {
      disk.replace(write(block, links), layout.links(model, block), layout.root());
    } catch (IOException | RegistryException e) {
      return links; // nothing depends on the block; the next to read tries again
    }
    return links;
  }

  private List<Links> fromCards(int from, int to) {
    List<Links> links = new ArrayList<>();
    for (int number = from; number <= to; number++) {
      Links next = cards.apply(number);
      if (!next.isEmpty()) {
        links.add(next);
      }
    }
    return links;
  }

  /** Texts that many versions of a block have are written once. */
  private static final class Table {
    private final Map<String, Integer> places = new LinkedHashMap<>();

    int place(String text) {
      Integer place = places.putIfAbsent(text, places.size());
      return place == null ? places.size() - 1 : place;
    }

    void write(ArrayNode array) {
      places.keySet().forEach(array::add);
    }
  }

  private byte[] write(int block, List<Links> links) {
    ObjectNode json = Json.object();
    json.put("links", FORMAT).put("model", model).put("block", block);
    json.put("last", manifests.apply(block * BLOCK).toString());
    Table parents = new Table();
    Table data = new Table();
    ArrayNode lines = json.withArray("versions");
    for (Links each : links) {
      StringBuilder line = new StringBuilder();
      line.append(each.version().number()).append(' ').append(each.version().digest().hex());
      for (ModelVersion parent : each.parents()) {
        String text = parent.name() + " " + parent.number() + " " + parent.digest().hex();
        line.append(" p").append(parents.place(text));
      }
      for (Links.Data set : each.trainedOn()) {
        line.append(" d").append(data.place(set.digest().hex() + " " + set.name()));
      }
      lines.add(line.toString());
    }
    parents.write(json.withArray("parents"));
    data.write(json.withArray("data"));
    return Json.writeSealed(json);
  }

  private Optional<List<Links>> stored(int block) {
    Path file = layout.links(model, block);
    if (!Disk.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Document.readSealed(file, Disk.read(file), json -> read(json, block)));
    } catch (IOException | RegistryException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private List<Links> read(Document json, int block) {
    if (json.count("links") > FORMAT
        || !json.text("model").equals(model)
        || json.count("block") != block
        || !json.digest("last").equals(manifests.apply(block * BLOCK))) {
      throw new IllegalArgumentException("the links of other versions");
    }
    List<ModelVersion> parents = new ArrayList<>();
    for (String text : json.texts("parents")) {
      String[] parts = text.split(" ", -1);
      parents.add(new ModelVersion(parts[0], Integer.parseInt(parts[1]), digest(parts[2])));
    }
    List<Links.Data> data = new ArrayList<>();
    for (String text : json.texts("data")) {
      int space = text.indexOf(' ');
      data.add(new Links.Data(text.substring(space + 1), digest(text.substring(0, space))));
    }
    List<Links> links = new ArrayList<>();
    for (JsonNode line : json.array("versions")) {
      links.add(read(line.asText().split(" ", -1), parents, data));
    }
    return links;
  }

  private Links read(String[] line, List<ModelVersion> parents, List<Links.Data> data) {
    List<ModelVersion> itsParents = new ArrayList<>(1);
    List<Links.Data> itsData = new ArrayList<>(1);
    for (int i = 2; i < line.length; i++) {
      int place = Integer.parseInt(line[i].substring(1));
      if (line[i].charAt(0) == 'p') {
        itsParents.add(parents.get(place));
      } else {
        itsData.add(data.get(place));
      }
    }
    ModelVersion version = new ModelVersion(model, Integer.parseInt(line[0]), digest(line[1]));
    return new Links(version, itsParents, itsData);
  }

  private static Digest digest(String hex) {
    return new Digest("sha256", hex);
  }
}
