package io.mlops4j.runtime.registry.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.card.Block;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.VersionList;
import io.mlops4j.runtime.registry.store.VersionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a model's versions are, without reading each of their manifests: blocks of 256 versions, a
 * sealed document each, which whoever publishes past a block's end writes.
 *
 * <p>Only a hint. A block that is missing or damaged, as where an older library published, is made
 * up for by reading its manifests; what a block says of a version is believed for lists only, and
 * checked against the version's manifest before anything is decided by it. As versions never
 * change, a block is the same whoever writes it.
 */
final class VersionIndex implements VersionList {
  private static final int FORMAT = 1;

  private final Layout layout;
  private final Disk disk;
  private final String model;
  private final IntFunction<VersionStore.Stored> manifests;
  // By version, from 1 at index 0: the beginnings of the digests of its bytes and of its card.
  private long[] bytes = new long[BLOCK];
  private long[] cards = new long[BLOCK];
  private int known;
  private @Nullable Digest end;
  private final Map<Integer, Digest> unwritten = new TreeMap<>();

  VersionIndex(Layout layout, Disk disk, String model, IntFunction<VersionStore.Stored> manifests) {
    this.layout = layout;
    this.disk = disk;
    this.model = model;
    this.manifests = manifests;
  }

  /** What identifies a version's content. */
  private record Line(Digest digest, Digest card) {
    static Line of(Manifest manifest) {
      return new Line(manifest.version().digest(), manifest.card());
    }
  }

  private static long start(Digest digest) {
    return Long.parseUnsignedLong(digest.hex().substring(0, 16), 16);
  }

  public record Block(List<Line> lines, Digest end) {}

  @Override
  public synchronized List<Integer> candidates(Digest digest, Digest card, int last) {
    catchUp(last);
    List<Integer> found = new ArrayList<>();
    for (int number = known; number >= 1; number--) {
      if (bytes[number - 1] == start(digest) && cards[number - 1] == start(card)) {
        found.add(number);
      }
    }
    return found;
  }

  @Override
  public synchronized Optional<Integer> newestWith(Digest digest, int last) {
    catchUp(last);
    for (int number = known; number >= 1; number--) {
      if (bytes[number - 1] == start(digest)) {
        return Optional.of(number);
      }
    }
    return Optional.empty();
  }

  @Override
  public List<Integer> of(Digest digest, int last) {
    List<Integer> found = new ArrayList<>();
    for (ModelVersion version : all(last)) {
      if (version.digest().equals(digest)) {
        found.add(0, version.number());
      }
    }
    return found;
  }

  @Override
  public synchronized Optional<End> end(int last) {
    catchUp(last);
    return end == null ? Optional.empty() : Optional.of(new End(known, end));
  }

  private void catchUp(int last) {
    while (known < last) {
      Optional<Block> block = startsBlock(known, last) ? read(known / BLOCK + 1) : Optional.empty();
      if (block.isPresent()) {
        block.get().lines().forEach(this::add);
        end = block.get().end();
      } else {
        VersionStore.Stored next = manifests.apply(known + 1);
        add(Line.of(next.manifest()));
        end = VersionList.link(end, next.digest());
        if (known % BLOCK == 0) {
          unwritten.put(known / BLOCK, end);
        }
      }
    }
  }

  private static boolean startsBlock(int known, int last) {
    return known % BLOCK == 0 && known + BLOCK <= last;
  }

  private void add(Line line) {
    if (known == bytes.length) {
      bytes = Arrays.copyOf(bytes, known * 2);
      cards = Arrays.copyOf(cards, known * 2);
    }
    bytes[known] = start(line.digest());
    cards[known++] = start(line.card());
  }

  @Override
  public List<ModelVersion> all(int last) {
    List<ModelVersion> all = new ArrayList<>(last);
    while (all.size() < last) {
      int next = all.size() + 1;
      Optional<Block> block =
          startsBlock(all.size(), last) ? read(all.size() / BLOCK + 1) : Optional.empty();
      if (block.isPresent()) {
        for (Line line : block.get().lines()) {
          all.add(new ModelVersion(model, all.size() + 1, line.digest()));
        }
      } else {
        all.add(manifests.apply(next).version());
      }
    }
    return all;
  }

  /** Writes the blocks that were found missing or damaged, as well as it can be done. */
  @Override
  public synchronized void save() {
    for (Iterator<Map.Entry<Integer, Digest>> each = unwritten.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<Integer, Digest> block = each.next();
      try {
        byte[] json = write(block.getKey(), block.getValue());
        disk.replace(json, layout.block(model, block.getKey()), layout.root());
        each.remove();
      } catch (IOException | RegistryException e) {
        return; // nothing depends on it; the next to publish tries again
      }
    }
  }

  private byte[] write(int block, Digest end) {
    ObjectNode json = Json.object();
    json.put("index", FORMAT).put("model", model).put("block", block).put("end", end.toString());
    ArrayNode lines = json.withArray("versions");
    for (int number = (block - 1) * BLOCK + 1; number <= block * BLOCK; number++) {
      Line line = Line.of(manifests.apply(number).manifest());
      lines.add(line.digest().hex() + " " + line.card().hex());
    }
    return Json.writeSealed(json);
  }

  private Optional<Block> read(int block) {
    Path file = layout.block(model, block);
    if (!Disk.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Document.readSealed(file, Disk.read(file), json -> block(json, block)));
    } catch (IOException | RegistryException e) {
      return Optional.empty();
    }
  }

  private Block block(Document json, int block) {
    List<Line> lines = new ArrayList<>(BLOCK);
    for (JsonNode line : json.array("versions")) {
      String text = line.asText();
      int space = text.indexOf(' ');
      lines.add(
          new Line(
              new Digest("sha256", text.substring(0, Math.max(0, space))),
              new Digest("sha256", text.substring(space + 1))));
    }
    if (json.count("index") > FORMAT
        || !json.text("model").equals(model)
        || json.count("block") != block
        || lines.size() != BLOCK) {
      throw new IllegalArgumentException("the index of other versions");
    }
    return new Block(lines, json.digest("end"));
  }
}
