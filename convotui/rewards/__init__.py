"""Numbers that learning uses, from people's judgements or computed."""

from convotui.rewards.composition import (
    WeightedReward,
    make_reward,
    needs_encoder,
    needs_person,
    parse_reward,
)
from convotui.rewards.exchange import Embed, Reward, RewardError, newest_exchange
from convotui.rewards.goal_met import GoalMet
from convotui.rewards.manual import ManualReward, ask_in_terminal, manual_reward
from convotui.rewards.persona_rank import PersonaRank, chance
from convotui.rewards.topics import TopicJudge

__all__ = [
    "Embed",
    "GoalMet",
    "ManualReward",
    "PersonaRank",
    "Reward",
    "RewardError",
    "TopicJudge",
    "WeightedReward",
    "ask_in_terminal",
    "chance",
    "make_reward",
    "manual_reward",
    "needs_encoder",
    "needs_person",
    "newest_exchange",
    "parse_reward",
]
