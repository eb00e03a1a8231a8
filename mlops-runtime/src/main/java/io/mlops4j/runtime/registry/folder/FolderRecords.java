package io.mlops4j.runtime.registry.folder;

import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.store.Records;
import java.io.IOException;
import java.nio.file.Path;

/** Documents in a folder, as files named by their numbers. */
record FolderRecords(Layout layout, Disk disk, Path folder, String name) implements Records {
  @Override
  public long last(long known) {
    layout.refuseLinks(folder);
    long number = known == 0 ? layout.last(folder) : known;
    while (Disk.exists(layout.record(folder, number + 1))) {
      number++;
    }
    return number;
  }

  @Override
  public byte[] read(long number) {
    return layout.read(layout.record(folder, number));
  }

  @Override
  public boolean claim(long number, byte[] document) {
    try {
      return disk.claim(document, layout.record(folder, number), layout.root());
    } catch (IOException e) {
      throw layout.cannotStore(name, e);
    }
  }

  @Override
  public String place(long number) {
    return layout.record(folder, number).toString();
  }
}
