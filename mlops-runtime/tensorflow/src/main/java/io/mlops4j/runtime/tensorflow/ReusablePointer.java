package io.mlops4j.runtime.tensorflow;

import org.bytedeco.javacpp.Pointer;
import org.tensorflow.internal.c_api.TF_TString;
import org.tensorflow.internal.c_api.TF_Tensor;

/**
 * JavaCPP pointers that are set to one address after another, so that a call creates no objects.
 * They own no memory.
 */
final class ReusablePointer {
  private ReusablePointer() {}

  static final class Tensor extends TF_Tensor {
    Tensor at(long tensor) {
      address = tensor;
      return this;
    }
  }

  /** An element of a tensor of text. */
  static final class Text extends TF_TString {
    Text() {
      super((Pointer) null);
    }

    Text at(long element) {
      address = element;
      return this;
    }
  }
}
