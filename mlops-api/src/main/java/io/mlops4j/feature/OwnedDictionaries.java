package io.mlops4j.feature;

import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.jspecify.annotations.Nullable;

/** Dictionaries whose memory one batch owns. */
final class OwnedDictionaries implements DictionaryProvider, AutoCloseable {
  private final TreeMap<Long, Dictionary> byId = new TreeMap<>();

  void add(FieldVector values, DictionaryEncoding encoding) {
    byId.put(encoding.getId(), new Dictionary(values, encoding));
  }

  @Override
  public @Nullable Dictionary lookup(long id) {
    return byId.get(id);
  }

  @Override
  public Set<Long> getDictionaryIds() {
    return byId.keySet();
  }

  @Override
  public void close() {
    byId.values().forEach(dictionary -> dictionary.getVector().close());
  }
}
