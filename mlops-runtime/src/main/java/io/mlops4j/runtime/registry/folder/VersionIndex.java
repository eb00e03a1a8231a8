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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A model's versions, without reading every manifest. A block is a sealed document with the digests
 * of 256 versions. The publisher of a version after the end of a block writes the block.
 *
 * <p>If a block is missing or damaged, for example because an older library published, its
 * manifests are read instead. Lists rely on blocks alone. Every decision about a version checks its
 * manifest. Versions never change, so every process writes the same block.
 */
final class VersionIndex implements VersionList {
  private static final int FORMAT = 1;

  private final Layout layout;
  private final Disk disk;
  private final String model;
  private final IntFunction<VersionStore.Stored> manifests;
  // The beginnings of the digests of bytes and of cards, with version 1 at index 0.
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

  /** The digests of a version's bytes and card. */
  private record Line(Digest digest, Digest card) {
    static Line of(Manifest manifest) {
      return new Line(manifest.version().digest(), manifest.card());
    }
  }

  private static long start(Digest digest) {
    return Long.parseUnsignedLong(digest.hex().substring(0, 16), 16);
  }

  private record Block(List<Line> lines, Digest end) {}

  @Override
  public synchronized List<Integer> of(Digest digest, Optional<Digest> card, int last) {
    catchUp(last);
    long wanted = start(digest);
    IntPredicate hasCard =
        card.map(VersionIndex::start)
            .map(start -> (IntPredicate) number -> cards[number - 1] == start)
            .orElse(number -> true);
    return IntStream.iterate(known, number -> number >= 1, number -> number - 1)
        .filter(number -> bytes[number - 1] == wanted)
        .filter(hasCard)
        .boxed()
        .toList();
  }

  @Override
  public synchronized Optional<End> end(int last) {
    catchUp(last);
    return end == null ? Optional.empty() : Optional.of(new End(known, end));
  }

  private void catchUp(int last) {
    while (known < last) {
      Optional<Block> block = blockAfter(known, last);
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
      Optional<Block> block = blockAfter(all.size(), last);
      if (block.isPresent()) {
        for (Line line : block.get().lines()) {
          all.add(new ModelVersion(model, all.size() + 1, line.digest()));
        }
      } else {
        all.add(manifests.apply(all.size() + 1).version());
      }
    }
    return all;
  }

  /** Writes the blocks that were missing or damaged. Best effort: the next publish tries again. */
  @Override
  public synchronized void save() {
    try {
      for (Map.Entry<Integer, Digest> block : List.copyOf(unwritten.entrySet())) {
        byte[] json = write(block.getKey(), block.getValue());
        disk.replace(json, layout.block(model, block.getKey()), layout.root());
        unwritten.remove(block.getKey());
      }
    } catch (IOException | RegistryException e) {
      // Nothing depends on it.
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

  /** Returns the block that starts after a version, if it ends by {@code last} and is intact. */
  private Optional<Block> blockAfter(int version, int last) {
    int block = version / BLOCK + 1;
    Path file = layout.block(model, block);
    if (version % BLOCK != 0 || version + BLOCK > last || !Disk.exists(file)) {
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
