package io.mlops4j.runtime.onnx;

import io.mlops4j.runtime.compatibility.EngineUnderTest;
import io.mlops4j.runtime.compatibility.EngineValuesCompatibility;

class OnnxValuesCompatibilityTest extends EngineValuesCompatibility {
  @Override
  protected EngineUnderTest engine() {
    return new OnnxUnderTest();
  }
}
