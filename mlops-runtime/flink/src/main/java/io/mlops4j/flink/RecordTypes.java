package io.mlops4j.flink;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.PojoField;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;

/** Types of generic records, whose components Flink cannot find by reflection. */
final class RecordTypes {
  private RecordTypes() {}

  @SuppressWarnings("unchecked") // a class has no type parameters
  static <R> TypeInformation<R> of(Class<?> record, List<TypeInformation<?>> components) {
    List<PojoField> fields = new ArrayList<>();
    RecordComponent[] all = record.getRecordComponents();
    for (int i = 0; i < all.length; i++) {
      try {
        fields.add(new PojoField(record.getDeclaredField(all[i].getName()), components.get(i)));
      } catch (NoSuchFieldException e) {
        throw new IllegalStateException(record + ": found no field for " + all[i], e);
      }
    }
    return new PojoTypeInfo<>((Class<R>) record, fields);
  }
}
