package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The links of a model's versions, without reading every card. A block is a sealed document with
 * the links of 256 versions.
 *
 * <p>The process that publishes the last version of a block writes the block. A reader that finds a
 * block missing or damaged reads the block's cards and writes it again. A block contains the digest
 * of its last version's manifest, so a block of other versions is recognised and not used. Versions
 * never change, so every process writes the same block.
 */
public final class LinkBlocks {
  public static final int BLOCK = VersionList.BLOCK;
  private static final int FORMAT = 1;

  /** The number of blocks in memory at a time. */
  private static final int GROUP = 32;

  private final String model;
  private final Place place;

  LinkBlocks(String model, Place place) {
    this.model = model;
    this.place = place;
  }

  /** Access to the blocks and the cards of a model. */
  public interface Place {
    /** Returns the stored blocks from one number to another. Leaves out unreadable blocks. */
    Map<Integer, Stored> blocks(int first, int last);

    /** Replaces a block. */
    void write(int block, byte[] document) throws IOException;

    /** Returns the digest of a version's manifest. */
    Digest manifest(int version);

    /** Passes on the links in the cards of the versions from one number to another, in order. */
    void cards(int first, int last, Consumer<Links> each);
  }

  /** The bytes of a block, and the digest of its last version's manifest. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Stored(byte[] document, Digest last) {}

  /** Passes on the links of the versions up to a number, the oldest first, without empty links. */
  void read(int last, Consumer<Links> each) {
    int blocks = last / BLOCK;
    boolean writable = true;
    for (int first = 1; first <= blocks; first += GROUP) {
      int end = Math.min(blocks, first + GROUP - 1);
      Map<Integer, Stored> stored = place.blocks(first, end);
      for (int block = first; block <= end; block++) {
        Optional<List<Links>> links = parse(block, stored.get(block));
        if (links.isEmpty()) {
          List<Links> read = fromCards((block - 1) * BLOCK + 1, block * BLOCK);
          writable = writable && write(block, read);
          links = Optional.of(read);
        }
        links.get().forEach(each);
      }
    }
    fromCards(blocks * BLOCK + 1, last).forEach(each);
  }

  /** Called after a version was published. Writes the block that it completes, if any. */
  void published(int version) {
    int block = version / BLOCK;
    if (version % BLOCK == 0) {
      try {
        if (place.blocks(block, block).isEmpty()) {
          write(block, fromCards(version - BLOCK + 1, version));
        }
      } catch (RegistryException e) {
        // An older card is damaged. That is not an error of this publish.
      }
    }
  }

  /** Returns false if the block could not be written. The next reader then tries again. */
  private boolean write(int block, List<Links> links) {
    try {
      place.write(block, document(block, links));
      return true;
    } catch (IOException | RegistryException e) {
      return false;
    }
  }

  private List<Links> fromCards(int from, int to) {
    List<Links> links = new ArrayList<>();
    if (from <= to) {
      place.cards(
          from,
          to,
          next -> {
            if (!next.isEmpty()) {
              links.add(next);
            }
          });
    }
    return links;
  }

  /** Texts that several versions of a block share. Each is written once. */
  private static final class Table {
    private final Map<String, Integer> places = new LinkedHashMap<>();

    int place(String text) {
      return places.computeIfAbsent(text, key -> places.size());
    }

    void write(ArrayNode array) {
      places.keySet().forEach(array::add);
    }
  }

  private byte[] document(int block, List<Links> links) {
    ObjectNode json = Json.object();
    json.put("links", FORMAT).put("model", model).put("block", block);
    json.put("last", place.manifest(block * BLOCK).toString());
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

  /** Returns empty for a block that is missing, damaged or of other versions. */
  private Optional<List<Links>> parse(int block, @Nullable Stored stored) {
    try {
      return stored == null
          ? Optional.empty()
          : Optional.of(
              Document.readSealed(
                  "block " + block, stored.document(), json -> parse(json, block, stored.last())));
    } catch (RegistryException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private List<Links> parse(Document json, int block, Digest last) {
    if (json.count("links") > FORMAT
        || !json.text("model").equals(model)
        || json.count("block") != block
        || !json.digest("last").equals(last)) {
      throw new IllegalArgumentException("the links of other versions");
    }
    List<ModelVersion> parents = new ArrayList<>();
    for (String text : json.texts("parents")) {
      int space = text.indexOf(' ');
      int second = text.indexOf(' ', space + 1);
      parents.add(
          new ModelVersion(
              text.substring(0, space),
              Integer.parseInt(text, space + 1, second, 10),
              digest(text.substring(second + 1))));
    }
    List<Links.Data> data = new ArrayList<>();
    for (String text : json.texts("data")) {
      int space = text.indexOf(' ');
      data.add(new Links.Data(text.substring(space + 1), digest(text.substring(0, space))));
    }
    List<Links> links = new ArrayList<>();
    for (String line : json.texts("versions")) {
      links.add(parse(line, parents, data));
    }
    return links;
  }

  /**
   * Parses a line: {@code NUMBER DIGEST} and, for each link, {@code p} or {@code d} with the link's
   * place in its table.
   */
  private Links parse(String line, List<ModelVersion> parents, List<Links.Data> data) {
    int space = line.indexOf(' ');
    int end = next(line, space);
    ModelVersion version =
        new ModelVersion(
            model, Integer.parseInt(line, 0, space, 10), digest(line.substring(space + 1, end)));
    List<ModelVersion> itsParents = new ArrayList<>(1);
    List<Links.Data> itsData = new ArrayList<>(1);
    while (end < line.length()) {
      int start = end + 1;
      end = next(line, end);
      int place = Integer.parseInt(line, start + 1, end, 10);
      if (line.charAt(start) == 'p') {
        itsParents.add(parents.get(place));
      } else {
        itsData.add(data.get(place));
      }
    }
    return new Links(version, itsParents, itsData);
  }

  /** Returns the end of the word after a space. */
  private static int next(String line, int space) {
    int end = line.indexOf(' ', space + 1);
    return end < 0 ? line.length() : end;
  }

  private static Digest digest(String hex) {
    return new Digest("sha256", hex);
  }
}
