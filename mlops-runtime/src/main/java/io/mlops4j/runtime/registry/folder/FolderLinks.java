package io.mlops4j.runtime.registry.folder;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.store.LinkBlocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** Blocks of links as files in a model's folder. */
record FolderLinks(
    FolderStorage storage, Layout layout, Disk disk, String model, IntFunction<Links> cards)
    implements LinkBlocks.Place {

  @Override
  public Map<Integer, LinkBlocks.Stored> blocks(int first, int last) {
    Map<Integer, LinkBlocks.Stored> blocks = new HashMap<>();
    for (int block = first; block <= last; block++) {
      Path file = layout.links(model, block);
      try {
        if (Disk.exists(file)) {
          Digest end = manifest(block * LinkBlocks.BLOCK);
          blocks.put(block, new LinkBlocks.Stored(Disk.read(file), end));
        }
      } catch (IOException | RegistryException e) {
        // Treated as missing. Reading the cards reports a damaged manifest.
      }
    }
    return blocks;
  }

  @Override
  public void write(int block, byte[] document) throws IOException {
    disk.replace(document, layout.links(model, block), layout.root());
  }

  @Override
  public Digest manifest(int version) {
    return Digest.sha256(storage.manifest(model, version));
  }

  @Override
  public void cards(int first, int last, Consumer<Links> each) {
    for (int number = first; number <= last; number++) {
      each.accept(cards.apply(number));
    }
  }
}
