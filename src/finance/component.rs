//! Where money goes.

/// Whether a posting is money that moves, or the month's share of money that moved at another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Only money that moves.
    Cash,
    /// Only what the books spread over months.
    Accrual,
    /// Both at once.
    Both,
}

impl View {
    /// The components that count in a view, a bit for each.
    pub const fn components(self) -> u64 {
        let (mut bits, mut i) = (0, 0);
        while i < Component::COUNT {
            let own = Component::ALL[i].view();
            if matches!(own, Self::Both) || own as u8 == self as u8 {
                bits |= 1 << i;
            }
            i += 1;
        }
        bits
    }
}

/// A part of the cost of a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
#[allow(missing_docs, reason = "name() says it")]
pub enum Component {
    ApiTokens,
    ApiCache,
    Discounts,
    SlaCredits,
    Commitments,
    Prepaid,
    CreditLost,
    VendorFees,
    Provisioned,
    GpuRental,
    Servers,
    LeasePayments,
    Depreciation,
    LeaseInterest,
    Resale,
    Disposal,
    Energy,
    Colocation,
    Maintenance,
    Software,
    TrainingCompute,
    TrainingData,
    Evaluation,
    Canary,
    Staff,
    Monitoring,
    Guardrails,
    Gateway,
    Incidents,
    Compliance,
    Levers,
    Migration,
    Shed,
}

use Component as C;

impl Component {
    /// All of them, in the order of tables and charts.
    pub const ALL: [Self; 33] = [
        C::ApiTokens,
        C::ApiCache,
        C::Discounts,
        C::SlaCredits,
        C::Commitments,
        C::Prepaid,
        C::CreditLost,
        C::VendorFees,
        C::Provisioned,
        C::GpuRental,
        C::Servers,
        C::LeasePayments,
        C::Depreciation,
        C::LeaseInterest,
        C::Resale,
        C::Disposal,
        C::Energy,
        C::Colocation,
        C::Maintenance,
        C::Software,
        C::TrainingCompute,
        C::TrainingData,
        C::Evaluation,
        C::Canary,
        C::Staff,
        C::Monitoring,
        C::Guardrails,
        C::Gateway,
        C::Incidents,
        C::Compliance,
        C::Levers,
        C::Migration,
        C::Shed,
    ];
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Its name in files and charts.
    pub const fn name(self) -> &'static str {
        match self {
            C::ApiTokens => "API tokens",
            C::ApiCache => "API cache",
            C::Discounts => "Discounts",
            C::SlaCredits => "SLA credits",
            C::Commitments => "Commitments",
            C::Prepaid => "Prepaid credit",
            C::CreditLost => "Lost credit",
            C::VendorFees => "Vendor fees",
            C::Provisioned => "Provisioned units",
            C::GpuRental => "GPU rental",
            C::Servers => "Servers",
            C::LeasePayments => "Lease payments",
            C::Depreciation => "Depreciation",
            C::LeaseInterest => "Lease interest",
            C::Resale => "Resale value",
            C::Disposal => "Disposal",
            C::Energy => "Energy",
            C::Colocation => "Colocation",
            C::Maintenance => "Maintenance",
            C::Software => "Software",
            C::TrainingCompute => "Training compute",
            C::TrainingData => "Training data",
            C::Evaluation => "Evaluation",
            C::Canary => "Canaries",
            C::Staff => "Staff",
            C::Monitoring => "Monitoring",
            C::Guardrails => "Guardrails",
            C::Gateway => "Gateway and egress",
            C::Incidents => "Incidents",
            C::Compliance => "Compliance",
            C::Levers => "Levers",
            C::Migration => "Migration",
            C::Shed => "Unserved requests",
        }
    }

    /// Its name in Japanese.
    pub const fn name_ja(self) -> &'static str {
        match self {
            C::ApiTokens => "APIトークン",
            C::ApiCache => "APIキャッシュ",
            C::Discounts => "契約割引",
            C::SlaCredits => "SLA返金",
            C::Commitments => "コミット未達",
            C::Prepaid => "前払いクレジット",
            C::CreditLost => "失効クレジット",
            C::VendorFees => "ベンダー基本料",
            C::Provisioned => "専有スループット",
            C::GpuRental => "GPUレンタル",
            C::Servers => "サーバー購入",
            C::LeasePayments => "リース料",
            C::Depreciation => "減価償却",
            C::LeaseInterest => "リース利息",
            C::Resale => "売却価値",
            C::Disposal => "除却損益",
            C::Energy => "電力",
            C::Colocation => "コロケーション",
            C::Maintenance => "保守",
            C::Software => "ソフトウェア",
            C::TrainingCompute => "学習計算",
            C::TrainingData => "学習データ",
            C::Evaluation => "評価",
            C::Canary => "カナリア配信",
            C::Staff => "人件費",
            C::Monitoring => "監視",
            C::Guardrails => "ガードレール",
            C::Gateway => "ゲートウェイ・通信",
            C::Incidents => "障害対応",
            C::Compliance => "コンプライアンス",
            C::Levers => "削減策",
            C::Migration => "移行",
            C::Shed => "未処理リクエスト",
        }
    }

    /// What it is, in a sentence; for the documentation of result files.
    pub const fn meaning(self) -> &'static str {
        match self {
            C::ApiTokens => "tokens bought from a vendor's API: input, output, reasoning and batch",
            C::ApiCache => "cached input read from, written to and stored in a vendor's prompt cache",
            C::Discounts => "what contracts take off the list prices of vendors, a credit",
            C::SlaCredits => {
                "what vendors give back for months in which they were down, as far as it is claimed, a credit"
            }
            C::Commitments => "spend that was promised to vendors and not reached",
            C::Prepaid => "prepaid credit when it is bought, less what is used of it (cash only)",
            C::CreditLost => {
                "prepaid credit that expired, was left over or went down with its vendor, and its exchange differences (accrual only)"
            }
            C::VendorFees => "seats, and what lacks to minimum monthly fees of vendors",
            C::Provisioned => "provisioned throughput units of a vendor, paid used or not",
            C::GpuRental => "GPU-hours rented for serving, reserved and on demand",
            C::Servers => "servers bought, when they are delivered (cash only)",
            C::LeasePayments => {
                "instalments of leased servers, and what is still owed at the end (cash only)"
            }
            C::Depreciation => "a month's share of the servers' price, leased or bought (accrual only)",
            C::LeaseInterest => "interest on leased servers (accrual only)",
            C::Resale => {
                "what servers fetch when they are replaced or the scenario ends, a credit (cash only)"
            }
            C::Disposal => "book value less resale value of servers that go (accrual only)",
            C::Energy => "electricity of own servers: measured load times PUE",
            C::Colocation => "contracted kW or racks, demand charge, network and storage of a site",
            C::Maintenance => "maintenance of own servers",
            C::Software => "licences per GPU of own servers",
            C::TrainingCompute => "GPU-hours of training runs, failed ones included",
            C::TrainingData => {
                "training data: preparation, labeling, review and rework, and setting a programme up"
            }
            C::Evaluation => "evaluation and red team of training cycles, and evaluation of live traffic",
            C::Canary => "traffic served twice while a newly trained llm proves itself",
            C::Staff => "salaries, on-call allowances and people's work in training cycles",
            C::Monitoring => "monitoring and stored logs",
            C::Guardrails => "guardrail calls on requests, and review of answers by people",
            C::Gateway => "gateway fees and data that leaves the network",
            C::Incidents => "incidents, as frequency times severity",
            C::Compliance => "audits and compliance work",
            C::Levers => "one-off and running cost of optimizations",
            C::Migration => {
                "work of moves: to another strategy, to a successor, away from what is turned off"
            }
            C::Shed => "requests that nobody could serve, at their price",
        }
    }

    /// Which totals it belongs to.
    pub const fn view(self) -> View {
        match self {
            C::Servers | C::LeasePayments | C::Resale | C::Prepaid => View::Cash,
            C::Depreciation | C::LeaseInterest | C::Disposal | C::CreditLost => View::Accrual,
            _ => View::Both,
        }
    }

    /// Whether it may be negative: only credits and residual values may.
    pub const fn may_be_credit(self) -> bool {
        matches!(self, C::Discounts | C::SlaCredits | C::Prepaid | C::CreditLost | C::Resale | C::Disposal)
    }
}
