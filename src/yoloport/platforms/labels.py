"""What the keys of a platform's file are called when they are shown to people."""

from __future__ import annotations

from yoloport.platforms.schema import Words

SECTIONS: dict[str, Words] = {
    "match": {"en": "Recognised by", "zh": "识别依据"},
    "processor": {"en": "Processors", "zh": "处理器"},
    "chip": {"en": "Chips", "zh": "芯片"},
    "companion": {"en": "Companion cards", "zh": "配套的卡"},
    "torch": {"en": "torch", "zh": "torch"},
    "container": {"en": "In a container", "zh": "在容器中"},
    "limits": {"en": "Limits", "zh": "限额"},
    "driver": {"en": "Driver", "zh": "驱动"},
    "toolkit": {"en": "Toolkit", "zh": "工具包"},
    "tool": {"en": "Vendor's tool", "zh": "厂商工具"},
    "product": {"en": "Boards with lists of their own", "zh": "使用自己列表的板卡"},
    "image": {"en": "Image", "zh": "镜像"},
    "base": {"en": "Base images by others", "zh": "他人提供的基础镜像"},
    "artifact": {"en": "Forms of a model that it runs", "zh": "可运行的模型格式"},
    "mirror": {"en": "Mirrors", "zh": "镜像站"},
    "workaround": {"en": "What is done another way", "zh": "换一种方式完成的操作"},
    "quirk": {"en": "What surprises", "zh": "需要留意的问题"},
    "rows": {"en": "Versions that go together", "zh": "版本组合"},
    "ladder": {"en": "How far it was verified", "zh": "验证到什么程度"},
}

KINDS: dict[str, Words] = {
    "accelerator": {"en": "accelerator: torch computes on it", "zh": "加速器：torch 在其上计算"},
    "processor": {"en": "processor: torch computes on the CPU itself", "zh": "处理器：torch 在 CPU 本身上计算"},
    "inference": {
        "en": "inference only: it runs converted models; torch stays on the processor",
        "zh": "仅推理：运行转换后的模型；torch 留在处理器上",
    },
}
SHORT_KINDS: dict[str, Words] = {
    "accelerator": {"en": "card", "zh": "加速卡"},
    "processor": {"en": "CPU", "zh": "处理器"},
    "inference": {"en": "infer.", "zh": "仅推理"},
}

CARDS: dict[str, Words] = {
    "node": {"en": "the number in its node's name", "zh": "节点名中的数字"},
    "pci": {"en": "its place among the platform's cards on the PCI bus", "zh": "它在 PCI 总线上同平台各卡中的位置"},
}
CAPABILITIES: dict[str, Words] = {
    "image": {"en": "image", "zh": "镜像"},
    "workspace": {"en": "workspace", "zh": "工作区"},
    "train": {"en": "train", "zh": "训练"},
    "predict": {"en": "predict", "zh": "预测"},
    "convert": {"en": "convert", "zh": "转换"},
    "serve": {"en": "serve", "zh": "服务"},
    "distributed": {"en": "distributed", "zh": "分布式"},
}

# A key of one section before the same key elsewhere: `match.driver` before `driver`.
LABELS: dict[str, Words] = {
    "name": {"en": "name", "zh": "名称"},
    "title": {"en": "hardware", "zh": "硬件"},
    "kind": {"en": "kind", "zh": "类别"},
    "also_named": {"en": "also called", "zh": "别名"},
    "counted_as": {"en": "in gpustack-runtime", "zh": "gpustack-runtime 中的名称"},
    "product.card": {"en": "node of a card", "zh": "每张卡的节点"},
    "architectures": {"en": "architectures", "zh": "架构"},
    "match.always": {"en": "every machine", "zh": "任何机器"},
    "match.nodes": {"en": "device nodes", "zh": "设备节点"},
    "match.cards": {"en": "card's number", "zh": "卡的编号"},
    "match.driver": {"en": "what has to work", "zh": "需要可用的驱动"},
    "match.compatible": {"en": "device tree", "zh": "设备树"},
    "pci_vendors": {"en": "PCI vendor", "zh": "PCI 厂商"},
    "pci_devices": {"en": "PCI device", "zh": "PCI 设备"},
    "pci_classes": {"en": "PCI class", "zh": "PCI 类别"},
    "processor.vendor": {"en": "vendor", "zh": "厂商"},
    "parts": {"en": "part", "zh": "part"},
    "model": {"en": "model's name (expression)", "zh": "型号（正则表达式）"},
    "note": {"en": "note", "zh": "说明"},
    "boards": {"en": "boards", "zh": "板卡"},
    "tool_names": {"en": "name in the tool", "zh": "工具中的名称"},
    "target": {"en": "compiler's target", "zh": "编译目标"},
    "amp": {"en": "autocast types", "zh": "autocast 类型"},
    "companion.nodes": {"en": "device nodes", "zh": "设备节点"},
    "purpose": {"en": "for", "zh": "用途"},
    "device": {"en": "torch device", "zh": "torch 设备"},
    "plugin": {"en": "plug-in", "zh": "插件"},
    "module": {"en": "module", "zh": "模块"},
    "shim": {"en": "import for code written for another device", "zh": "兼容其他设备代码的导入"},
    "road": {"en": "road of unchanged code", "zh": "未改动代码的途径"},
    "fallback_words": {"en": "plug-in's words for a fallback", "zh": "插件的回退提示"},
    "upstream": {"en": "Ultralytics does it itself", "zh": "Ultralytics 自行处理"},
    "versions": {"en": "versions", "zh": "版本"},
    "collective": {"en": "collective back end", "zh": "集合通信后端"},
    "local": {"en": "local version label", "zh": "本地版本标记"},
    "shared": {"en": "nodes for all cards", "zh": "所有卡共用的节点"},
    "optional": {"en": "nodes, where they are there", "zh": "存在时才传入的节点"},
    "mounts": {"en": "mounts, read-only, where they are there", "zh": "只读挂载，仅限存在的"},
    "visibility": {"en": "visible cards (process)", "zh": "可见的卡（进程）"},
    "visibility_also": {"en": "other names of it", "zh": "该变量的其他名称"},
    "runtime_env": {"en": "visible cards (runtime)", "zh": "可见的卡（容器运行时）"},
    "runtime_env_also": {"en": "other names of it", "zh": "该变量的其他名称"},
    "runtime": {"en": "container runtime", "zh": "容器运行时"},
    "cdi": {"en": "CDI kind", "zh": "CDI 类型"},
    "cdi_also": {"en": "other CDI kinds", "zh": "其他 CDI 类型"},
    "gpus_flag": {"en": "by the engine's --gpus", "zh": "使用引擎的 --gpus"},
    "kubernetes": {"en": "Kubernetes resource", "zh": "Kubernetes 资源"},
    "nodes_suffice": {"en": "nodes and mounts are enough", "zh": "仅节点和挂载即可"},
    "card": {"en": "node of a card", "zh": "每张卡的节点"},
    "node_group": {"en": "group read from the node", "zh": "用户组从节点读取"},
    "groups": {"en": "groups that own nodes", "zh": "节点所属的组"},
    "options": {"en": "options of the engine", "zh": "引擎选项"},
    "environment": {"en": "variables", "zh": "环境变量"},
    "shm_mb": {"en": "shared memory", "zh": "共享内存"},
    "ulimits": {"en": "process limits", "zh": "进程限额"},
    "capabilities": {"en": "capabilities", "zh": "权能"},
    "files": {"en": "version is read from", "zh": "版本读取自"},
    "modules": {"en": "kernel modules", "zh": "内核模块"},
    "queries": {"en": "asked", "zh": "查询命令"},
    "paths": {"en": "may lie at", "zh": "可能位于"},
    "clash": {"en": "shares its name with", "zh": "与之重名"},
    "chips": {"en": "chips", "zh": "芯片"},
    "detect": {"en": "recognised by", "zh": "识别依据"},
    "os": {"en": "system", "zh": "系统"},
    "brings": {"en": "packages of the vendor's", "zh": "厂商自带的包"},
    "digest": {"en": "SHA-256", "zh": "SHA-256"},
    "base.toolkit": {"en": "toolkit", "zh": "工具包"},
    "image.base": {"en": "base", "zh": "基础镜像"},
    "python": {"en": "Python", "zh": "Python"},
    "ref": {"en": "image", "zh": "镜像"},
    "holds": {"en": "holds", "zh": "内容"},
    "format": {"en": "format", "zh": "格式"},
    "by": {"en": "run by", "zh": "运行程序"},
    "mirror.kind": {"en": "for", "zh": "用于"},
    "address": {"en": "address", "zh": "地址"},
    "id": {"en": "id", "zh": "标识"},
    "text": {"en": "what", "zh": "内容"},
    "rows.torch": {"en": "torch", "zh": "torch"},
    "torchvision": {"en": "torchvision", "zh": "torchvision"},
    "rows.driver": {"en": "driver", "zh": "驱动"},
    "firmware": {"en": "firmware", "zh": "固件"},
    "rows.toolkit": {"en": "toolkit", "zh": "工具包"},
    "toolkit_also": {"en": "toolkit, too", "zh": "工具包（亦可）"},
    "libc": {"en": "glibc from", "zh": "glibc 最低"},
    "decision": {"en": "decision", "zh": "判定"},
    "wheelhouse_only": {"en": "from a wheelhouse only", "zh": "仅限 wheel 目录"},
    "reason": {"en": "why", "zh": "原因"},
    "index": {"en": "index", "zh": "索引"},
    "index_local": {"en": "build there", "zh": "该索引的构建"},
    "size_mb": {"en": "size installed", "zh": "安装后大小"},
    "capability": {"en": "capability", "zh": "能力"},
    "rung": {"en": "rung", "zh": "等级"},
    "on": {"en": "on", "zh": "运行于"},
    "date": {"en": "day", "zh": "日期"},
    "evidence": {"en": "evidence", "zh": "证据"},
}

PROSE = frozenset({"name", "match.driver", "driver.name", "toolkit.name", "holds", "by", "reason", "clash", "on"})
"""Keys whose plain strings are sentences or names to read, not text to type."""


def label(section: str, key: str) -> Words:
    """What a key is called in a section; its own name where no label was given."""
    return LABELS.get(f"{section}.{key}") or LABELS.get(key) or {"en": key, "zh": key}


def is_prose(section: str, key: str) -> bool:
    """Whether the value of this key is read, not typed."""
    return key in PROSE or f"{section}.{key}" in PROSE
